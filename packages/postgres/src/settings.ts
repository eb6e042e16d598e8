/** Server settings: loopback only, and for throw-away data nothing waits for the disk. */
export const settingsFor = (cluster: { readonly ephemeral: boolean }): Readonly<Record<string, string>> =>
  cluster.ephemeral ? { ...COMMON, ...EPHEMERAL } : COMMON;

const COMMON = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  // Shared memory in the data folder goes with it after kill -9, and does not depend on the 64 MB of a container's /dev/shm.
  dynamic_shared_memory_type: "mmap",
};

const EPHEMERAL = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "256MB",
  autovacuum: "off",
  shared_buffers: "128MB",
  io_method: "sync",
};
