/** What a message is made of, without what is in it. */
export interface MailStructure {
  /** Lower case, e.g. multipart/mixed. */
  readonly contentType: string;
  /** Of a multipart/report: delivery-status, disposition-notification. */
  readonly reportType: string | null;
  /** Of the first text/calendar part: REQUEST, REPLY, CANCEL. */
  readonly calendarMethod: string | null;
  readonly attachments: number;
  /** As transferred, so about 4/3 of the files' sizes. */
  readonly attachmentBytes: number;
}

/** A part of a message as its headers describe it. */
export interface MailPart {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly disposition: string | null;
  readonly hasFilename: boolean;
  readonly size: number;
}

/** The first part is the message itself. */
export function structureOf(parts: readonly MailPart[]): MailStructure {
  const [root] = parts;
  const calendar = parts.find(({ type, parameters }) => type === 'text/calendar' && parameters['method']);
  const attached = parts.filter(isAttachment);
  return {
    contentType: root?.type ?? 'text/plain',
    reportType: root?.type === 'multipart/report' ? lower(root.parameters['report-type']) : null,
    calendarMethod: lower(calendar?.parameters['method'])?.toUpperCase() ?? null,
    attachments: attached.length,
    attachmentBytes: attached.reduce((sum, { size }) => sum + size, 0),
  };
}

function isAttachment({ type, disposition, hasFilename }: MailPart): boolean {
  if (type.startsWith('multipart/') || type === 'text/calendar') return false;
  return disposition === 'attachment' || (hasFilename && disposition !== 'inline');
}

function lower(text: string | undefined): string | null {
  return text === undefined ? null : text.trim().toLowerCase();
}
