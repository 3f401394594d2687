import { LineCounter, isNode, parseDocument } from 'yaml';
import type { z } from 'zod';
import { ProjectInvalidError } from '../errors.ts';

/**
 * Parses YAML text with a zod schema.
 *
 * @throws ProjectInvalidError listing every syntax or schema mistake with its line.
 */
export function parseYamlFile<T>(file: string, text: string, schema: z.ZodType<T>): T {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  if (document.errors.length > 0) {
    throw new ProjectInvalidError(
      document.errors.map((error) => ({
        file,
        line: error.linePos?.[0].line ?? 0,
        message: error.message.split('\n')[0] ?? error.message,
      })),
    );
  }
  const parsed = schema.safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;

  const lineOf = (path: readonly PropertyKey[]): number => {
    // A missing key has no node: point at the nearest parent that is there.
    for (let depth = path.length; depth >= 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return lineCounter.linePos(node.range[0]).line;
    }
    return 0;
  };
  throw new ProjectInvalidError(
    parsed.error.issues.map((issue) => ({
      file,
      line: lineOf(issue.path),
      message: `${issue.path.map(String).join('.') || 'file'}: ${issue.message}`,
    })),
  );
}
