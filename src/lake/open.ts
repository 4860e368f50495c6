import type { ObjectStore } from "../base/index.ts";
import type { Lake } from "./types.ts";

/** Where other engines find the warehouse: the bucket's name in the Workers' configs. */
export const WAREHOUSE_URI = "s3://lakeshore-lake";

export interface OpenLakeOptions {
  warehouseUri?: string;
}

export declare function openLake(store: ObjectStore, options?: OpenLakeOptions): Lake;
