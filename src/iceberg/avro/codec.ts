import type { AvroReader, AvroWriter } from "./bytes.ts";
import type { AvroRecord, AvroSchema, AvroValue } from "./schema.ts";

/** Writes and reads values of one schema: closures put together once, as Workers forbid generated code. */
export interface AvroCodec {
  write(writer: AvroWriter, value: AvroValue): void;
  read(reader: AvroReader): AvroValue;
}

const PRIMITIVES: Readonly<Record<string, AvroCodec>> = {
  null: { write: () => {}, read: () => null },
  boolean: { write: (writer, value) => writer.boolean(value as boolean), read: (reader) => reader.boolean() },
  int: { write: (writer, value) => writer.long(value as number), read: (reader) => reader.long() },
  long: { write: (writer, value) => writer.long(value as number), read: (reader) => reader.long() },
  float: {
    write: () => {
      throw new TypeError("Iceberg's manifests have no float to write");
    },
    read: (reader) => reader.float(),
  },
  double: { write: (writer, value) => writer.double(value as number), read: (reader) => reader.double() },
  bytes: { write: (writer, value) => writer.bytes(value as Uint8Array), read: (reader) => reader.bytes() },
  string: { write: (writer, value) => writer.string(value as string), read: (reader) => reader.string() },
};

/** Throws a TypeError for a schema outside of what Iceberg's manifests use. `named` holds the records met so far. */
export function avroCodec(schema: AvroSchema, named: Map<string, AvroCodec> = new Map()): AvroCodec {
  if (typeof schema === "string") return PRIMITIVES[schema] ?? named.get(schema) ?? unsupported(schema);
  if (isUnion(schema)) return unionCodec(schema, named);
  if (schema.type === "record") return recordCodec(schema, named);
  if (schema.type === "array") return arrayCodec(avroCodec(schema.items, named));
  if (schema.type === "fixed") {
    const { size } = schema;
    const codec: AvroCodec = {
      write: (writer, value) => writer.raw(value as Uint8Array),
      read: (reader) => reader.raw(size),
    };
    named.set(schema.name, codec);
    return codec;
  }
  return PRIMITIVES[schema.type] ?? unsupported(schema.type);
}

function isUnion(schema: AvroSchema): schema is readonly AvroSchema[] {
  return Array.isArray(schema);
}

function unsupported(type: string): never {
  throw new TypeError(`Avro type ${type} is not one of those that Iceberg's manifests use`);
}

function unionCodec(schema: readonly AvroSchema[], named: Map<string, AvroCodec>): AvroCodec {
  const branches = schema.map((branch) => avroCodec(branch, named));
  const absent = schema.indexOf("null");
  const present = schema.findIndex((branch) => branch !== "null");
  if (branches.length > 2 || absent < 0) return unsupported(JSON.stringify(schema));
  return {
    write(writer, value) {
      const index = value === null || value === undefined ? absent : present;
      writer.long(index);
      branches[index]?.write(writer, value);
    },
    read(reader) {
      const branch = branches[reader.long()];
      if (branch === undefined) throw new RangeError("Avro union has no such branch");
      return branch.read(reader);
    },
  };
}

function recordCodec(schema: AvroRecord, named: Map<string, AvroCodec>): AvroCodec {
  const fields: { name: string; codec: AvroCodec }[] = [];
  const codec: AvroCodec = {
    write(writer, value) {
      const record = value as { readonly [name: string]: AvroValue };
      for (const field of fields) field.codec.write(writer, record[field.name] ?? null);
    },
    read(reader) {
      const record: { [name: string]: AvroValue } = {};
      for (const field of fields) record[field.name] = field.codec.read(reader);
      return record;
    },
  };
  named.set(schema.name, codec);
  for (const { name, type } of schema.fields) fields.push({ name, codec: avroCodec(type, named) });
  return codec;
}

function arrayCodec(items: AvroCodec): AvroCodec {
  return {
    write(writer, value) {
      const list = value as readonly AvroValue[];
      if (list.length > 0) {
        writer.long(list.length);
        for (const item of list) items.write(writer, item);
      }
      writer.long(0);
    },
    read(reader) {
      const list: AvroValue[] = [];
      for (let count = reader.long(); count !== 0; count = reader.long()) {
        // A negative count comes with the block's size in bytes, for those who skip it.
        if (count < 0) reader.long();
        for (let i = Math.abs(count); i > 0; i--) list.push(items.read(reader));
      }
      return list;
    },
  };
}
