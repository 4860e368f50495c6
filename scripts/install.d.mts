export interface Machine {
  platform: string;
  arch: string;
  glibc: boolean;
  nodeVersion: string;
}
export interface LockedPackage {
  version?: string;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
}
export interface Lock {
  packages: Record<string, LockedPackage>;
}
export const ROOT: string;
export const LOCAL_NODE: string;
export const NODE_MAJOR_MIN: number;
export function thisMachine(): Machine;
export function machineProblem(machine: Machine): string | null;
export function staleReason(lock: Lock, installed: Lock | null, machine: Machine): string | null;
export function installationProblem(root?: string): string | null;
export function installLocked(): Promise<{ code: number; seconds: number }>;
