import { rules } from "./rules.ts";

/** What oxlint loads: rules against leaks between tenants, as `leaks/<rule>`. */
export default { meta: { name: "leaks" }, rules };
