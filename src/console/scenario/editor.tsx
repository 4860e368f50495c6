import { useEffect } from "preact/hooks";
import { ApiFailure, send } from "../api.ts";
import { Action, Card } from "../parts.tsx";
import { useLoaded } from "../use-loaded.ts";
import { type Problem, useProblems } from "./check.ts";
import { type Config, type Draft, draftOf } from "./config.ts";
import { ConfigEditor } from "./config-editor.tsx";
import { Diff } from "./diff.tsx";
import { stableText } from "./difference.ts";
import { keepDraft, noteLive } from "./drafts.ts";
import { History, VERSIONS_SHOWN, type Version } from "./history.tsx";
import { Preview } from "./preview.tsx";

const MEANWHILE =
  "Somebody else has changed it meanwhile. What publishing changes is told against what is live now: look at it, and publish again.";
const START: Config = { limit: 10 };

interface EditorProps {
  name: string;
  /** What was edited and not published; null: nothing was. */
  draft: Draft | null;
  onStored(): void;
}

/** One scenario: as it is edited, what that leads to, what publishing changes, and what it has been. */
export function Editor({ name, draft: edited, onStored }: EditorProps) {
  const path = `/v1/admin/scenarios/${name}`;
  const history = useLoaded<{ versions: Version[] }>(`${path}/versions?limit=${VERSIONS_SHOWN + 1}`);
  const [newest] = history.data?.versions ?? [];
  const live = newest?.config ?? null;
  const draft = edited ?? draftOf(live ?? START);
  const problems = useProblems(draft.config);
  const isLoading = history.data === null && history.error?.status !== 404;
  const onDraft = (next: Draft | null) => keepDraft(name, next, live);
  useEffect(() => {
    if (!isLoading) noteLive(name, live);
  }, [name, live, isLoading]);
  const reload = () => {
    history.reload();
    onStored();
  };
  const publish = async () => {
    if (draft.fault !== null) throw new ApiFailure(0, draft.fault);
    const expected = live === null ? 0 : newest?.version;
    try {
      await send("PUT", `${path}?expected_version=${expected}`, draft.config);
    } catch (error) {
      if (!(error instanceof ApiFailure && error.status === 409)) throw error;
      // What changes is told against what has become live meanwhile.
      history.reload();
      throw new ApiFailure(409, MEANWHILE);
    }
    noteLive(name, draft.config);
    // The draft stays until what is live has been read again: nothing jumps back for a moment.
    reload();
  };
  const drop = () => {
    onDraft(null);
    reload();
  };
  return (
    <>
      <div class="columns edited">
        <ConfigEditor name={name} draft={draft} problems={problems} isLoading={isLoading} onDraft={onDraft} />
        <div class="beside">
          <Preview config={draft.config} isWrong={draft.fault !== null || problems.length > 0} />
          <Card
            title="What publishing changes"
            note={
              live === null
                ? "Nothing is live under this name."
                : `Against version ${newest?.version}, the live one; in force within a minute.`
            }
          >
            <Problems fault={draft.fault} problems={problems} />
            <Diff before={live} after={draft.config} />
            <p class="actions">
              <Action disabled={isLoading || isSame(live, draft)} act={publish}>
                Publish
              </Action>
              <Action
                disabled={edited === null || isSame(live, draft)}
                sure={`Discard what was changed of ${name}?`}
                act={async () => onDraft(null)}
              >
                Discard
              </Action>
              <Action
                disabled={live === null}
                sure={`Delete ${name}? Its versions stay, and may be restored.`}
                act={() => send("DELETE", path).then(drop)}
              >
                Delete
              </Action>
            </p>
          </Card>
        </div>
      </div>
      {isLoading ? null : <History name={name} history={history} onRestored={drop} />}
    </>
  );
}

/** A text that is no JSON yet is a change, whatever it comes to. */
function isSame(live: Config | null, { config, fault }: Draft): boolean {
  return fault === null && stableText(live) === stableText(config);
}

/** All that keeps it from being stored, at one place and by its path. */
function Problems({ fault, problems }: { fault: string | null; problems: readonly Problem[] }) {
  const told = fault === null ? problems : [{ field: "", message: fault }];
  return (
    <div role="status">
      {told.length === 0 ? null : (
        <ul class="failure">
          {told.map(({ field, message }) => (
            <li key={`${field} ${message}`}>
              {field === "" ? null : <code>{field}</code>} {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
