import type { Samples } from "../samples.ts";

export const noTenantInInput: Samples = {
  file: "packages/api/src/leak.ts",
  good: [
    "z.strictObject({ id: documentId, tenantSlug: tenantSlug.optional() });",
    'const session = { kind: "user", sessionId, tenantId, role };',
    "router({ switchTenant: userProcedure.input(z.strictObject({ tenantId })) });",
    "accessTokens.sign({ sessionId, tenantId, teamId });",
    'request.header("x-request-id");',
  ],
  bad: [
    {
      title: "a tenant in the input's schema",
      seen: "ToolJet/ToolJet#17394",
      code: "z.strictObject({ id: documentId, tenantId });",
    },
    {
      title: "an organisation in a schema",
      seen: "lobehub/lobehub#18059",
      code: "z.strictObject({ organizationId: z.uuid() });",
    },
    {
      title: "an optional tenant in a list's filters",
      seen: "imuniqueshiv/MeetOnMemory#2571",
      code: "listInput({ tenantId: tenantId.optional() });",
    },
    { title: "a tenant in snake case", code: "z.strictObject({ tenant_id: z.uuid() });" },
    {
      title: "a tenant that a header names",
      seen: "bigcapitalhq/bigcapital#990",
      code: 'request.header("x-tenant-id");',
    },
    {
      title: "an organisation that a header names, for the key of a cache",
      seen: "imuniqueshiv/MeetOnMemory#1068",
      code: 'req.headers["organization-id"];',
    },
    { title: "a tenant out of the input", code: "use(input.tenantId);" },
    { title: "an organisation out of the path", seen: "ToolJet/ToolJet#17394", code: "load(request.params.orgId);" },
  ],
};
