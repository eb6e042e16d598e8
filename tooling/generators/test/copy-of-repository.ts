import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";

const repository = resolve(import.meta.dirname, "../../..");

/**
 * The repository's files in a folder of their own, ready to run: what is installed is linked, and the workspace's own packages are
 * the copy's. Nothing is installed, and the repository is left alone.
 */
export class CopyOfRepository implements AsyncDisposable {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async make(): Promise<CopyOfRepository> {
    const copy = new CopyOfRepository(realpathSync(await mkdtemp(join(tmpdir(), "severalty-copy-"))));
    const ignored = new Set([".git", ...readFileSync(join(repository, ".gitignore"), "utf8").split(/\/?\n/)]);
    const folders: string[] = [];
    cpSync(repository, copy.root, {
      recursive: true,
      filter: (source) => {
        // Without git, which an image for tests has not: its list of what is ignored has plain names.
        if (basename(source) === "package.json") folders.push(relative(repository, join(source, "..")));
        return !ignored.has(basename(source));
      },
    });
    for (const folder of folders) copy.#link(join(folder, "node_modules"));
    return copy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  /** Links each package that is installed in a folder of the workspace; scopes are folders of their own. */
  #link(modules: string): void {
    const from = join(repository, modules);
    if (!existsSync(from)) return;
    mkdirSync(join(this.root, modules), { recursive: true });
    for (const name of readdirSync(from)) {
      if (name.startsWith("@")) this.#link(join(modules, name));
      else if (!name.startsWith("."))
        symlinkSync(this.#placeOf(realpathSync(join(from, name))), join(this.root, modules, name));
    }
  }

  /** Packages of the workspace stand in the copy too; everything else is where it was installed. */
  #placeOf(path: string): string {
    const isOwn = path.startsWith(`${repository}/`) && !path.includes("/node_modules/");
    return isOwn ? join(this.root, path.slice(repository.length)) : path;
  }
}
