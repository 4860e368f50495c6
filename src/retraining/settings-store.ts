import { err, type ObjectStore, ok, type Result } from "../base/index.ts";
import { isStandardType } from "../events/index.ts";
import { LEARNERS } from "../learn/index.ts";
import {
  type Manifest,
  SETTINGS_DEFAULT,
  type SettingsPatch,
  settingsSchema,
  type TrainingSettings,
} from "../registry/index.ts";
import { settingsHash } from "./settings-hash.ts";

/** What is known of a tenant's parameter file. */
export interface SettingsState {
  v: 1;
  /** In force. */
  settings: TrainingSettings;
  /** Of the file that was looked at last; null where there was none. */
  etag: string | null;
  /** Why that file is not in force. */
  error: string | null;
}

/** Why a search is not worth repeating: what it found was judged, or would have been refused whatever it is as long as the pin holds. */
export type InVain = "judged" | "pinned";

/** A search that ended without a new model. Notes of earlier trainers are their study alone. */
export type Searched = NonNullable<Manifest["study"]> & {
  inVain?: InVain;
  /** Table → the snapshot that it was made on. */
  snapshots?: Record<string, number>;
};

/** Event types that the tenant has declared. Whoever does not know them gives none, and every name is taken for one. */
export type OwnTypes = () => Promise<readonly string[]>;

export function settingsKey(tenant: string): string {
  return `config/${tenant}/training.json`;
}

function stateKey(tenant: string): string {
  return `config/${tenant}/training.state.json`;
}

function searchedKey(tenant: string): string {
  return `config/${tenant}/training.searched.json`;
}

const STATE_DEFAULT: SettingsState = { v: 1, settings: SETTINGS_DEFAULT, etag: null, error: null };

export async function readSettings(store: ObjectStore, tenant: string): Promise<SettingsState> {
  const object = await store.get(stateKey(tenant));
  return object === null ? STATE_DEFAULT : (parseJson(object.bytes) as SettingsState);
}

/**
 * Looks whether the parameter file is another one than last time. `start` is called with new settings before they are noted
 * as in force: cut short in between, the next look starts the run once more. A file that cannot be taken leaves the old
 * settings in force, and its error in the state.
 */
export async function noticeSettings(
  store: ObjectStore,
  tenant: string,
  start: (settings: TrainingSettings) => Promise<unknown>,
  ownTypes?: OwnTypes,
): Promise<SettingsState> {
  const state = await readSettings(store, tenant);
  if ((await store.etag(settingsKey(tenant))) === state.etag) return state;
  const file = await store.get(settingsKey(tenant));
  const read =
    file === null ? ok(SETTINGS_DEFAULT) : readFile(file.bytes, state.settings.version, await ownTypes?.());
  const etag = file?.etag ?? null;
  if (!read.ok) return keepState(store, tenant, { ...state, etag, error: read.error });
  await start(read.value);
  return keepState(store, tenant, { ...state, settings: read.value, etag, error: null });
}

/**
 * Writes the next version of the file: what the patch does not name stays as it is in force. A patch that changes nothing writes nothing,
 * and gets the version in force, unless a file that cannot be taken lies there.
 */
export async function putSettings(
  store: ObjectStore,
  tenant: string,
  patch: SettingsPatch,
  ownTypes?: OwnTypes,
): Promise<Result<TrainingSettings>> {
  const { settings, etag, error } = await readSettings(store, tenant);
  const named = Object.entries(patch).filter(([, value]) => value !== undefined);
  const next = { ...settings, ...Object.fromEntries(named), version: settings.version + 1 };
  const checked = check(next, await ownTypes?.());
  if (!checked.ok) return checked;
  if (error === null && (await settingsHash(checked.value)) === (await settingsHash(settings))) {
    return ok(settings);
  }
  const condition = etag === null ? { ifAbsent: true as const } : { ifEtag: etag };
  const written = await store.put(settingsKey(tenant), toJson(checked.value), condition);
  return written === null
    ? err("version: the file has just been changed by somebody else; look at it again")
    : checked;
}

/** The last of them: until the next one is due, the live recipe is renewed. */
export async function readSearched(store: ObjectStore, tenant: string): Promise<Searched | undefined> {
  const object = await store.get(searchedKey(tenant));
  return object === null ? undefined : (parseJson(object.bytes) as Searched);
}

/** An object of its own: a look at the parameter file that goes on meanwhile writes the state. */
export async function noteSearch(store: ObjectStore, tenant: string, searched: Searched): Promise<void> {
  await store.put(searchedKey(tenant), toJson(searched));
}

function readFile(
  bytes: Uint8Array,
  versionInForce: number,
  ownTypes: readonly string[] | undefined,
): Result<TrainingSettings> {
  let json: unknown;
  try {
    json = parseJson(bytes);
  } catch (cause) {
    return err(`not JSON: ${cause instanceof Error ? cause.message : cause}`);
  }
  const checked = check(json, ownTypes);
  if (!checked.ok || checked.value.version > versionInForce) return checked;
  return err(
    `version: ${checked.value.version} is not above ${versionInForce}, which is in force: a change needs the next number`,
  );
}

/** The error begins with the field's name. */
function check(json: unknown, ownTypes: readonly string[] | undefined): Result<TrainingSettings> {
  const parsed = settingsSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.join(".") ?? "";
    return err(`${path === "" ? "the file" : path}: ${issue?.message ?? "not valid"}`);
  }
  const names = LEARNERS.map(({ name }) => name);
  const unknown = parsed.data.learners?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    return err(`learners: there is none called "${unknown}", only ${names.join(", ")}`);
  }
  const strange = Object.keys(parsed.data.eventWeights).find(
    (type) => !isStandardType(type) && ownTypes?.includes(type) === false,
  );
  return strange === undefined
    ? ok(parsed.data)
    : err(`eventWeights.${strange}: no standard event type, and none that the tenant has declared`);
}

async function keepState(store: ObjectStore, tenant: string, state: SettingsState): Promise<SettingsState> {
  await store.put(stateKey(tenant), toJson(state));
  return state;
}

function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

function toJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value, null, 1));
}
