/**
 * Variants, the levels of one architecture's instruction set.
 * https://github.com/opencontainers/image-spec/blob/main/image-index.md#platform-variants
 */

interface VariantRule {
  /** What a platform without a variant means, for the architecture where that is said by another variant. */
  readonly defaultVariant?: string;
  /** Variants that mean the same as none at all. */
  readonly baseline?: RegExp;
  /** Other spellings: what matches is rewritten to `v` and the first group. */
  readonly spelling?: RegExp;
  /** Variants that exist. */
  readonly known: RegExp;
  /** For people. */
  readonly examples: string;
}

const rules: ReadonlyMap<string, VariantRule> = new Map<string, VariantRule>([
  ['amd64', { baseline: /^v?1$/, spelling: /^v?([2-4])$/, known: /^v[2-4]$/, examples: 'v2, v3, v4' }],
  [
    'arm64',
    {
      baseline: /^v?8(?:\.0)?$/,
      spelling: /^v?(9|[89]\.[1-9]|(?=9\.0$)9)(?:\.0)?$/,
      known: /^v(?:8\.[1-9]|9(?:\.[1-9])?)$/,
      examples: 'v8, v8.2, v9',
    },
  ],
  ['arm', { defaultVariant: 'v7', spelling: /^v?([5-8])$/, known: /^v[5-8]$/, examples: 'v5, v6, v7, v8' }],
  ['ppc64le', { known: /^power(?:[89]|1\d)$/, examples: 'power8, power9, power10' }],
  ['riscv64', { known: /^rv[abim]\d\d[us]64$/, examples: 'rva20u64, rva22u64, rva23u64' }],
]);

/** The canonical variant of an architecture: undefined where it is the baseline or isn't said. */
export function canonicalVariant(architecture: string, variant: string | undefined): string | undefined {
  const rule = rules.get(architecture);
  const lower = variant?.toLowerCase();
  if (lower === undefined || lower === '') return rule?.defaultVariant;
  if (rule?.baseline?.test(lower) === true) return undefined;
  const level = rule?.spelling?.exec(lower)?.[1];
  return level === undefined ? lower : `v${level}`;
}

/** The variants to offer instead of a canonical one that this architecture doesn't have; undefined where it is fine. */
export function unknownVariant(architecture: string, variant: string): string | undefined {
  const rule = rules.get(architecture);
  return rule === undefined || rule.known.test(variant) ? undefined : rule.examples;
}
