import type { ConnectionUrls } from "./connection-urls.ts";

/** The environment of the migrator in development, on top of the user's own. */
export const migratorEnv = (env: NodeJS.ProcessEnv, urls: ConnectionUrls): NodeJS.ProcessEnv => ({
  ...env,
  ENVIRONMENT: "development",
  ADMIN_DATABASE_URL: urls.admin,
  DATABASE_URL: urls.migrator,
  APP_ROLE_PASSWORD: passwordIn(urls.app),
  AUTH_ROLE_PASSWORD: passwordIn(urls.auth),
  PLATFORM_ROLE_PASSWORD: passwordIn(urls.platform),
});

/** The environment of the server in development, on top of the user's own. A secret that the user set is kept. */
export const serverEnv = (
  env: NodeJS.ProcessEnv,
  urls: ConnectionUrls,
  own: { readonly port: number; readonly authSecret: string; readonly secretsKey: string },
): NodeJS.ProcessEnv => ({
  ...env,
  ENVIRONMENT: "development",
  PORT: String(own.port),
  DATABASE_URL: urls.app,
  AUTH_DATABASE_URL: urls.auth,
  PLATFORM_DATABASE_URL: urls.platform,
  AUTH_SECRET: env["AUTH_SECRET"] || own.authSecret,
  SECRETS_KEY: env["SECRETS_KEY"] || own.secretsKey,
});

const passwordIn = (url: string) => decodeURIComponent(new URL(url).password);
