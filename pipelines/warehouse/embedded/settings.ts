import { statfsSync } from 'node:fs';
import { totalmem } from 'node:os';

const MB = 1024 * 1024;

/**
 * Server settings for a small box that loads in bulk and answers analytics. Durability (fsync, synchronous_commit, full page
 * writes) stays on: what was committed survives pulling the plug.
 */
export function serverSettings(port: number): Record<string, string> {
  const memory = memoryLimit();
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '150',
    shared_buffers: `${clamp(memory / 8, 128, 2048)}MB`,
    effective_cache_size: `${clamp(memory / 2, 256, 8192)}MB`,
    work_mem: memory < 4096 * MB ? '16MB' : '64MB',
    maintenance_work_mem: memory < 4096 * MB ? '64MB' : '256MB',
    max_wal_size: '4GB',
    min_wal_size: '256MB',
    // The package's build has only pglz for it, which costs a bulk load more than the disk it saves.
    wal_compression: 'off',
    checkpoint_timeout: '15min',
    random_page_cost: '1.1',
    // Compiling a query costs more than it saves on facts of a few million rows.
    jit: 'off',
    dynamic_shared_memory_type: smallSharedMemory() ? 'mmap' : 'posix',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    log_checkpoints: 'off',
    // Error texts are matched by their SQLSTATE only, but the log is for people.
    lc_messages: 'C',
  };
}

function memoryLimit(): number {
  // The container's limit when there is one; 0 or an absurd number means none.
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

/** Containers get 64 MB of /dev/shm by default, on which parallel queries fail. */
function smallSharedMemory(): boolean {
  try {
    const { blocks, bsize } = statfsSync('/dev/shm');
    return blocks * bsize < 256 * MB;
  } catch {
    return false;
  }
}

function clamp(bytes: number, low: number, high: number): number {
  return Math.round(Math.min(Math.max(bytes / MB, low), high));
}
