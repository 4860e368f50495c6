/** What of Avro's schemas Iceberg's manifests use; the attributes with a dash are Iceberg's own. */
export type AvroSchema =
  | "null"
  | "boolean"
  | "int"
  | "long"
  | "float"
  | "double"
  | "bytes"
  | "string"
  | AvroRecord
  | AvroArray
  | AvroLogical
  | AvroFixed
  /** null and one other. */
  | readonly AvroSchema[];

export interface AvroRecord {
  type: "record";
  name: string;
  fields: readonly AvroField[];
}

export interface AvroField {
  name: string;
  type: AvroSchema;
  "field-id"?: number;
  default?: null;
}

export interface AvroArray {
  type: "array";
  items: AvroSchema;
  "element-id"?: number;
  /** `map`: a list of key and value, for keys that are not text. */
  logicalType?: string;
}

export interface AvroLogical {
  type: "int" | "long" | "bytes" | "string" | "boolean" | "double" | "float";
  logicalType?: string;
  "adjust-to-utc"?: boolean;
}

export interface AvroFixed {
  type: "fixed";
  name: string;
  size: number;
}

/** A long is a number, bytes are a Uint8Array, a record is an object by field name. */
export type AvroValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly AvroValue[]
  | { readonly [name: string]: AvroValue };

/** A value that may be absent. */
export function optional(type: AvroSchema): AvroSchema {
  return ["null", type];
}
