/**
 * tabular: rows of files as the wire's items, users and events: what a column holds, which field it may be, and each cell as its
 * field wants it. For the command line and the console alike: it reads no file and sends nothing.
 */
export {
  type Form,
  type Reading,
  readCell,
  readNumber,
  readTime,
  TIME_FORMS,
  type TimeForm,
} from "./cell.ts";
export { type Checked, checkInteraction, checkItem, checkUser, type RowOrigin } from "./check.ts";
export { knownEventType } from "./event-type.ts";
export { FIELDS, type FieldForm, formOf, isField, KINDS, type Kind, OFFERED } from "./fields.ts";
export { type ColumnFacts, type ColumnType, inferColumns, SAMPLE_ROWS, textOf } from "./infer.ts";
export { mapFields } from "./map-fields.ts";
export { ATTRIBUTE_CHARS_MAX, attributeOf, guessKind, type Proposal, proposeMapping } from "./propose.ts";
