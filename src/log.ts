/**
 * Where progress goes. A shell implements it (workflow commands in the action, stderr in the CLI); everything else only
 * sees this port. Lines are cleaned by whoever builds them from outside values (errors.ts `show`).
 */
export interface Log {
  /** A line that a reader of the log wants. */
  info(line: string): void;
  /** Something a person should look at although the command goes on; an annotation in a workflow. */
  warning(line: string): void;
  /** Detail for `ACTIONS_STEP_DEBUG` or `--debug`; never inputs wholesale. */
  debug(line: string): void;
  /** Runs `work` with its lines folded under `title`; the group is closed however `work` ends. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** From now on this value is masked in every output of the shell. Call it before anything else sees the value. */
  secret(value: string): void;
}

/** Secrets in all their forms, and text without them: longer ones go first, since one may hold another. */
export class Mask {
  readonly #secrets = new Set<string>();

  add(secret: string): void {
    if (secret === '') return;
    for (const form of secretForms(secret)) this.#secrets.add(form);
  }

  /** `text` with every secret in it as `***`. */
  text(text: string): string {
    return [...this.#secrets]
      .sort((a, b) => b.length - a.length)
      .reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
  }
}

const shortestForm = 6;

/**
 * A secret as servers and tools echo it: as it is, and in the encodings that it may have gone through. Base64 at each of the three
 * places where it can begin in what was encoded (`user:password`, for one). Forms of a few characters would eat whole texts and
 * are left out.
 */
export function secretForms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const percent = encodeURIComponent(bytes.toString());
  const base64 = [0, 1, 2].map((offset) => base64At(bytes, offset));
  const encoded = [
    JSON.stringify(secret).slice(1, -1),
    percent,
    percent.replaceAll('%20', '+'),
    percent.replace(/%[0-9A-F]{2}/gu, (each) => each.toLowerCase()),
    new URLSearchParams([['', secret]]).toString().slice(1),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    hex,
    hex.toUpperCase(),
    ...xml.map((entities) => secret.replace(/[&<>"']/gu, (each) => entities[each] ?? each)),
    Array.from(secret).reverse().join(''),
  ];
  return [...new Set([secret, ...encoded.filter((form) => form.length >= shortestForm)])];
}

/** The characters that these bytes alone decide, with so many others before them. */
function base64At(bytes: Uint8Array, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

const xml: readonly Readonly<Record<string, string>>[] = [
  { '&': '&amp;', '<': '&lt;', '>': '&gt;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' },
];
