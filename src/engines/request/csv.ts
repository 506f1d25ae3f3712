/** Fields as BuildKit's commands read them from one argument: RFC 4180, quoted where a comma or a quote would end one. */
export function csvLine(fields: readonly string[]): string {
  return fields
    .map((field) =>
      /[",\r\n]/u.test(field) || field.startsWith(' ') ? `"${field.replaceAll('"', '""')}"` : field,
    )
    .join(',');
}
