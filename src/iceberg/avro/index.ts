/** Avro as Iceberg's manifests use it: schemas, values, object container files. Own code: the known packages generate code at run time, which Workers forbid. */
export { decodeAvroFile, encodeAvroFile } from "./container.ts";
export { type AvroField, type AvroRecord, type AvroSchema, type AvroValue, optional } from "./schema.ts";
