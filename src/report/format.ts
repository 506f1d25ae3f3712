const units = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes for people, in powers of 1000 as registries and docker print them: `512 B`, `1.5 kB`, `312 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let unit = -1;
  while (unit < units.length - 1 && (unit < 0 || Number(value.toPrecision(3)) >= 1000)) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 100 ? Number(value.toPrecision(2)) : Math.round(value)} ${units[unit] ?? ''}`;
}

/** Seconds for people: `0.4 s`, `12 s`, `3 min 5 s`, `1 h 2 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return withRest(`${minutes} min`, whole % 60, 's');
  const rounded = Math.round(whole / 60);
  return withRest(`${Math.floor(rounded / 60)} h`, rounded % 60, 'min');
}

function withRest(big: string, rest: number, unit: string): string {
  return rest === 0 ? big : `${big} ${rest} ${unit}`;
}

/** A digest that a person can compare: the algorithm and 12 digits. */
export function shortDigest(digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':', 2);
  return `${algorithm}:${hex.slice(0, 12)}`;
}
