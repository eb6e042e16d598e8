/** What the demo seed creates, to sign in with on a development machine. */
export const DEMO_CREDENTIALS = {
  email: "demo@severalty.dev",
  password: "demo-password",
  tenantSlug: "demo",
} as const;
