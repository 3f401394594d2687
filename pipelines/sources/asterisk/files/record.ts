/**
 * The fields of one CSV record, as cdr_csv and cdr_custom write it: text in double quotes with quotes doubled, numbers and unset dates
 * bare. Undefined when a quote is left open, so that the record goes on in the next line, or is broken.
 *
 * A parser of whole files cannot do this: one open quote swallows everything after it, and only who knows what a CDR looks like can tell
 * where the damage ends.
 */
export function parseRecord(text: string): string[] | undefined {
  const fields: string[] = [];
  let place = 0;
  for (;;) {
    let field = '';
    if (text[place] === '"') {
      place += 1;
      for (;;) {
        const quote = text.indexOf('"', place);
        if (quote < 0) return undefined;
        field += text.slice(place, quote);
        place = quote + 1;
        if (text[place] !== '"') break;
        field += '"';
        place += 1;
      }
    }
    const comma = text.indexOf(',', place);
    fields.push(field + text.slice(place, comma < 0 ? undefined : comma));
    if (comma < 0) return fields;
    place = comma + 1;
  }
}
