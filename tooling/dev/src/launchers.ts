import { commandLine, parentOf } from "@severalty/postgres/process-table";

/** npm, npx or pnpm, as a program or as a script of Node or a shell. */
const PACKAGE_MANAGER = /^(\S*(node|sh)\S* )?(\S*\/)?(npm|npx|pnpm)(-cli)?(\.c?js)?( |$)/;
const SHELL = /^(\S*\/)?(sh|bash|dash|zsh) -c /;

/**
 * The package managers through which a process was started, and the shells between them, nearest first. When one of
 * them is ended from outside, the others do not all hand it on.
 */
export const launchersOf = (pid: number): number[] => {
  const chain: { pid: number; isManager: boolean }[] = [];
  for (let next = parentOf(pid); next !== undefined; next = parentOf(next)) {
    const command = commandLine(next) ?? "";
    const isManager = PACKAGE_MANAGER.test(command);
    if (!isManager && !SHELL.test(command)) break;
    chain.push({ pid: next, isManager });
  }
  return chain.slice(0, chain.findLastIndex(({ isManager }) => isManager) + 1).map((process) => process.pid);
};
