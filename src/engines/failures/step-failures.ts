/** What a build step's own last words say about why it failed, where a program's author would not know it. */
export interface StepFailure {
  readonly says: string;
  readonly cure: string;
}

interface Rule {
  /** Tried on the last lines of the output, joined by newlines. */
  readonly matches: RegExp;
  readonly says: (found: RegExpExecArray, target: string) => string;
  readonly cure: (target: string) => string;
}

/** glibc 2.33 and newer, and Go, end a program that was made for newer processors. */
const newerProcessor: Rule = {
  matches:
    /(CPU (?:lacks \w[\w. ]* support|does not support x86-64-v\d)[^\n]*|can only be run on \w+ processors with v\d microarchitecture support)/,
  says: ([, words = '']) =>
    `a program in the build wants a newer processor than this machine (or its emulation) has: ${words.trim()}`,
  cure: () =>
    'use a base image for older processors, or a newer machine: RHEL 9 and its relatives want POWER9, z14 or x86-64-v2, RHEL 10 x86-64-v3',
};

const rules: readonly Rule[] = [
  {
    matches: /(?:exec (\S+): )?exec format error/,
    says: ([, program = 'a program in the build'], target) =>
      `${program} is not for ${target}, or is no program: exec format error`,
    cure: (target) =>
      `look for a file of another architecture that was copied in or downloaded, and for a script without its #! line; to run programs of ${target} on another machine, use mode: emulate`,
  },
  newerProcessor,
  {
    matches: /exec:? \\?"?([^"\\\s:]+)\\?"?: permission denied/,
    says: ([, program = '']) => `${program} is not executable: permission denied`,
    cure: () =>
      'let it be executable where it is copied from ("chmod +x", and "git update-index --chmod=+x" so that git knows), or use COPY --chmod=755',
  },
  {
    matches:
      /exec: \\?"([^"\\\n]+)\\?": (?:stat [^\n]*: no such file or directory|executable file not found)/,
    says: ([, program = '']) => `${program} is not in the image`,
    cure: () =>
      'COPY or install it in an earlier step; a RUN line without brackets needs /bin/sh, so in an image without a shell write RUN ["/program", "argument"]',
  },
  {
    matches: /qemu: uncaught target signal (\d+)/,
    says: ([, signal = ''], target) => `QEMU crashed with signal ${signal} while it emulated ${target}`,
    cure: (target) =>
      `build on a ${target} machine, or install another version of QEMU: crashes come and go with its versions`,
  },
  {
    matches: /dial udp 127\.0\.0\.53:53: socket: permission denied/,
    says: () => 'a security profile of this machine keeps the engine from the network',
    cure: () =>
      'AppArmor may confine /usr/bin/podman and /usr/bin/buildah by path: use engine: docker, or run a copy of the program under another name',
  },
  {
    matches:
      /(Could not resolve host[^\n]*|Temporary failure (?:in name resolution|resolving)[^\n]*|Temporary failure resolving[^\n]*|bad address '[^'\n]+'|(?:TLS|SSL) (?:handshake timeout|connection timeout)[^\n]*|Connection timed out[^\n]*|Network is unreachable[^\n]*)/i,
    says: ([, words = '']) => `a build step did not get through to the network: ${words.trim()}`,
    cure: () =>
      'see whether the machine itself does; if so, compare the MTU of its bridge with that of the network beneath (in nested containers it is often too large), and its name server with what containers get; or set network: host',
  },
  {
    matches: /(?:exit status|non-zero code:|exit code:) 137\b/,
    says: () => 'a build step was killed (137)',
    cure: () => 'most often the machine has too little memory; see "dmesg"',
  },
  {
    matches: /(?:exit status|non-zero code:|exit code:) 132\b|Illegal instruction/,
    says: () => 'a build step crashed on an instruction that this processor does not know (132)',
    cure: () => 'the program needs a newer processor than this one, or than the one that is emulated',
  },
  {
    matches: /(?:exit status|non-zero code:|exit code:) 139\b/,
    says: () => 'a build step crashed (139)',
    cure: () => 'under emulation this is often QEMU itself: build on native hardware',
  },
];

/** @param target the platform, for people. @returns `undefined` where its author's own log says more than we do. */
export function stepFailure(tail: string, target: string): StepFailure | undefined {
  for (const rule of rules) {
    const found = rule.matches.exec(tail);
    if (found !== null) return { says: rule.says(found, target), cure: rule.cure(target) };
  }
  return undefined;
}

/** The line of the Dockerfile at which BuildKit says that the build failed: `Dockerfile:9`, and the line marked with `>>>` below. */
export function failedLine(output: string): number | undefined {
  const found = /^\S+:(\d{1,6})\n-{10,}\n(?:.*\n){0,12}? *\1 \| >>> /mu.exec(output.replaceAll('\r\n', '\n'));
  return found === null ? undefined : Number(found[1]);
}
