import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { keepPrivateFile, readIfPresent, writePrivateFile } from "./private-file.ts";

/** Who connects to the development database, by the name each has in urls.json. */
export const DATABASE_USERS = {
  admin: "postgres",
  migrator: "severalty_migrator",
  app: "severalty_app",
  auth: "severalty_auth",
  platform: "severalty_platform",
} as const;

/** One connection URL per user; each holds a password. */
export type ConnectionUrls = Readonly<Record<keyof typeof DATABASE_USERS, string>>;

const DATABASE = "severalty";

/** Where the first start looks for a free port; later ones keep the port they had. */
const FIRST_PORT = 54_329;

/** The URLs in `<data>/urls.json`, made with random passwords when there are none. */
export const keepConnectionUrls = (data: string): ConnectionUrls =>
  parse(
    keepPrivateFile(fileIn(data), () => format(makeUrls())),
    fileIn(data),
  );

/** The URLs in `<data>/urls.json`, or undefined when nothing was ever started there. */
export const readConnectionUrls = (data: string): ConnectionUrls | undefined => {
  const text = readIfPresent(fileIn(data));
  return text === undefined ? undefined : parse(text, fileIn(data));
};

/** Writes the port that the server got into every URL, and answers them. */
export const saveConnectionPort = (data: string, urls: ConnectionUrls, port: number): ConnectionUrls => {
  const moved = mapUrls((name) => {
    const url = new URL(urls[name]);
    url.port = String(port);
    return url.href;
  });
  writePrivateFile(fileIn(data), format(moved));
  return moved;
};

const fileIn = (data: string) => join(data, "urls.json");

const mapUrls = (make: (name: keyof ConnectionUrls) => string): ConnectionUrls => ({
  admin: make("admin"),
  migrator: make("migrator"),
  app: make("app"),
  auth: make("auth"),
  platform: make("platform"),
});

const makeUrls = () =>
  mapUrls((name) => {
    const password = randomBytes(24).toString("base64url");
    return `postgres://${DATABASE_USERS[name]}:${password}@127.0.0.1:${FIRST_PORT}/${DATABASE}`;
  });

const format = (urls: ConnectionUrls) => `${JSON.stringify(urls, undefined, 2)}\n`;

const parse = (text: string, path: string): ConnectionUrls => {
  const value: unknown = JSON.parse(text);
  const found = new Map<string, unknown>(Object.entries(typeof value === "object" && value !== null ? value : {}));
  return mapUrls((name) => {
    const url = found.get(name);
    if (typeof url !== "string" || !URL.canParse(url)) throw new Error(`${path} has no URL for "${name}": remove it`);
    return url;
  });
};
