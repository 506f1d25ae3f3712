import type { RequestLog } from '../../__tests__/support/fake-registry/request-log.js';

export type Relation = 'same-repository' | 'other-repository' | 'other-registry';

export interface BuiltImage {
  /** `linux/arm/v7` */
  readonly platform: string;
  readonly tag: string;
  readonly manifest: Uint8Array;
  readonly digest: string;
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  /** What its leg would say of its programs. */
  readonly content: { readonly entrypoint?: string; readonly machines: Readonly<Record<string, number>> };
}

/** One list to be made by one tool: everything is fresh, nothing of an earlier run helps. */
export interface Job {
  readonly images: readonly BuiltImage[];
  /** host:port/path, where the images are. */
  readonly source: string;
  /** host:port/path, where the list goes. */
  readonly target: string;
  readonly tags: readonly string[];
  /** An empty folder of this run alone: HOME, docker's configuration, container storage. */
  readonly home: string;
  /** Every registry host in `source` and `target`. */
  readonly hosts: readonly string[];
  readonly account: { readonly username: string; readonly password: string } | undefined;
}

export type Argv = readonly string[];

/** How a tool makes the list. What is under `perTag` runs for each of `tags`, one after the other, as its users do it. */
export interface Plan {
  readonly once: readonly Argv[];
  readonly tags: readonly string[];
  readonly perTag: (tag: string) => readonly Argv[];
}

export interface Tool {
  readonly name: string;
  /** Absolute path of the program, or undefined where it is not installed. */
  readonly program: string | undefined;
  readonly version: Argv;
  readonly relations: readonly Relation[];
  /** May be asynchronous: to write the files that the tool's users have anyway. */
  readonly plan: (job: Job) => Plan | Promise<Plan>;
  readonly env?: (job: Job) => Readonly<Record<string, string>>;
}

/** What one command cost; the wall clock in milliseconds, memory in KiB. */
export interface Cost {
  readonly status: number;
  readonly wall: number;
  readonly cpu: number;
  readonly peak: number;
  readonly output: string;
}

export interface Sample {
  readonly requests: number;
  /** Requests that had to wait for one another. */
  readonly rounds: number;
  readonly connections: number;
  /** Milliseconds. */
  readonly wall: number;
  readonly cpu: number;
  /** KiB, of the largest process. */
  readonly peak: number;
}

export interface Outcome {
  readonly tool: string;
  readonly samples: readonly Sample[];
  /** Only so many of the tags were made, and the cost of the rest is that of these times as many. */
  readonly measuredTags: number | undefined;
  /** Why there is no sample. */
  readonly absent: string | undefined;
}

export interface ListCase {
  readonly name: string;
  readonly platforms: number;
  readonly tags: number;
  readonly relation: Relation;
  readonly auth: 'bearer' | 'none';
  /** GET of a blob is a 307 to another host, as at hosted registries. */
  readonly redirect: boolean;
  readonly repeat: number;
  readonly tagCap: number;
}

export interface CaseResult extends ListCase {
  readonly outcomes: readonly Outcome[];
}

export interface FrontOptions {
  readonly upstream: number;
  readonly latency: number;
  readonly auth: 'bearer' | 'none';
  readonly redirect: boolean;
  readonly account: { readonly username: string; readonly password: string };
  readonly log: RequestLog;
}

export interface Goal {
  readonly goal: string;
  readonly wanted: string;
  readonly measured: string;
  readonly met: boolean | undefined;
}

export interface MicroResult {
  readonly name: string;
  /** What the others are compared with. */
  readonly base: string;
  readonly bytes: number;
  readonly outcomes: readonly Outcome[];
}
