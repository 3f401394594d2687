// The keeper: a small detached process that owns one embedded Postgres. Every voronka process that uses the server holds a
// connection to the keeper's socket; the kernel closes it however that process ends, and when the last one is gone the server is
// stopped after a short grace. Plain JavaScript on purpose: it starts in 40 ms and outlives the process that started it.
//
// Usage: node keeper.js PLAN, where PLAN is the JSON of `KeeperPlan` in lease.ts.
import { spawn } from 'node:child_process';
import { chmodSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const plan = JSON.parse(process.argv[2]);
const leases = new Set();
let answer; // what every lease is told once the server is up (or never will be)
let stopping = false;
let postmaster;
let grace;

const server = createServer((lease) => {
  leases.add(lease);
  clearTimeout(grace);
  lease.on('error', () => {});
  lease.on('close', () => {
    leases.delete(lease);
    waitForAnother(plan.graceMs);
  });
  lease.on('data', (asked) => {
    // A process that made the folder for itself (a test, `--once`) need not wait out the grace.
    if (asked.toString().startsWith('stop') && leases.size === 1) stop();
  });
  if (answer !== undefined) lease.write(answer);
});
server.on('error', () => process.exit(3));
server.listen(plan.socket, () => {
  if (process.platform !== 'win32') chmodSync(plan.socket, 0o600);
  // Whoever started the keeper may have died in between.
  waitForAnother(10_000);
  if (plan.adopt === undefined) startServer();
  else adoptServer(plan.adopt);
});

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, stop);
process.on('SIGHUP', () => {});

function startServer() {
  const log = openSync(plan.log, 'a', 0o600);
  const child = spawn(plan.postgres, plan.args, {
    cwd: plan.data,
    env: plan.env,
    stdio: ['ignore', log, log],
    ...(plan.uid === undefined ? {} : { uid: plan.uid, gid: plan.gid }),
  });
  child.on('error', (error) => gone(`it could not be run (${error.message})`));
  child.on('exit', (code, signal) =>
    gone(signal ? `it was ended by ${signal}` : `it exited with code ${code}`),
  );
  postmaster = child.pid;
  const look = setInterval(() => {
    if (statusOf(postmaster) !== 'ready') return;
    clearInterval(look);
    tell({ port: plan.port, pid: postmaster });
  }, 15);
}

// A keeper before this one was killed and its server lives on: watch that one instead. It is nobody's child, so it is polled.
function adoptServer(pid) {
  postmaster = pid;
  tell({ port: plan.port, pid });
  setInterval(() => {
    if (!isAlive(pid)) gone('it went away');
  }, 300);
}

function waitForAnother(ms) {
  clearTimeout(grace);
  if (leases.size === 0 && !stopping) grace = setTimeout(stop, ms);
}

function stop() {
  if (stopping) return;
  stopping = true;
  // SIGINT is Postgres's fast shutdown: sessions are ended, a checkpoint is written, nothing is lost.
  try {
    process.kill(postmaster, 'SIGINT');
  } catch {
    gone('it went away');
  }
  // Closed to new leases at once; those who come now start anew when the folder is free. Node removes the socket file.
  server.close();
}

function gone(what) {
  if (!stopping) tell({ error: what });
  server.close();
  for (const lease of leases) lease.end();
  setTimeout(() => process.exit(stopping ? 0 : 1), 100);
}

function tell(message) {
  answer = `${JSON.stringify(message)}\n`;
  for (const lease of leases) lease.write(answer);
}

// Line 1 of postmaster.pid is the process, line 8 its state (src/include/utils/pidfile.h).
function statusOf(pid) {
  try {
    const lines = readFileSync(`${plan.data}/postmaster.pid`, 'utf8').split('\n');
    return Number(lines[0]) === pid ? lines[7]?.trim() : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  try {
    // A zombie is dead, though nobody may ever come to reap it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z';
  } catch {
    return true;
  }
}
