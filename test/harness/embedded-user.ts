// A process that uses the embedded Postgres of FOLDER (or of `.voronka` in its working directory) until its input ends.
// Prints one line of JSON when it is up: {url, data, notices} or {code, message}.
import { startEmbedded } from '../../pipelines/warehouse/embedded/embedded-postgres.ts';

const [folder, settings] = process.argv.slice(2);
const notices: string[] = [];
try {
  const server = await startEmbedded({
    ...(folder ? { folder } : {}),
    graceMs: 500,
    notice: (line) => notices.push(line),
    settings:
      settings === undefined ? { shared_buffers: '16MB' } : (JSON.parse(settings) as Record<string, string>),
  });
  process.stdout.write(`${JSON.stringify({ url: server.url, data: server.data, notices })}\n`);
  process.stdin.resume();
  process.stdin.on('end', () => void server.close());
} catch (error) {
  const { code, message } = error as Error & { code?: string };
  process.stdout.write(`${JSON.stringify({ code, message })}\n`);
  process.exitCode = 1;
}
