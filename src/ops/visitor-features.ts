import {
  anonymousSubject,
  type FeatureStores,
  type Features,
  readFeatures,
  readSegments,
  userSubject,
} from "../features/index.ts";

export interface FeatureQuestion {
  userId?: string;
  anonymousId?: string;
  itemIds: readonly string[];
}

/** `Features` as it is sent: by id, beside the segments that the visitor is in. */
export interface VisitorFeatures {
  segments: string[];
  user: Features["user"];
  session: Features["session"];
  items: Record<string, unknown>;
  categories: Record<string, unknown>;
  user_items: Record<string, unknown>;
}

/** A named user's history counts, else the device's; the session is the device's where one is named. */
export async function visitorFeatures(
  { core, profiles }: FeatureStores,
  tenant: string,
  { userId, anonymousId, itemIds, nowMs }: FeatureQuestion & { nowMs: number },
): Promise<VisitorFeatures> {
  const [database] = profiles;
  if (database === undefined) throw new Error("there is no database of profiles");
  const device = anonymousId === undefined ? undefined : anonymousSubject(anonymousId);
  const subject = userId === undefined ? device : userSubject(userId);
  const actor = device ?? subject;
  const [features, segments] = await Promise.all([
    readFeatures(
      { core, profiles: database },
      {
        tenant,
        itemIds,
        nowMs,
        ...(subject === undefined ? {} : { subject }),
        ...(actor === undefined ? {} : { actor }),
      },
    ),
    subject === undefined ? [] : readSegments(database, tenant, subject),
  ]);
  return {
    segments,
    user: features.user,
    session: features.session,
    items: Object.fromEntries(features.items),
    categories: Object.fromEntries(features.categories),
    user_items: Object.fromEntries(features.userItems),
  };
}
