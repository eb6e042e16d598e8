import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { AbTestVariant } from "@severalty/domain/ab-test";
import type { AbTestId, AbTestResultId } from "@severalty/domain/ids";
import { tenantColumns, tenantRef, tenantScope } from "../tenancy/tenant-entity.ts";
import { AbTest } from "./ab-test.ts";

/** One measurement of one variant. Goes with its test. */
export const AbTestResult = defineEntity({
  name: "AbTestResult",
  properties: {
    ...tenantColumns<AbTestResultId>(),
    abTestId: p.uuid().$type<AbTestId>(),
    abTest: () => tenantRef(AbTest, "ab_test_id").deleteRule("cascade"),
    variant: p.text().$type<AbTestVariant>(),
    value: p.double().$type<number>(),
    sample: p.text(),
  },
  ...tenantScope("ab_test_results"),
  uniques: [
    { name: "ab_test_results_tenant_id_ab_test_id_sample_key", properties: ["tenantId", "abTestId", "sample"] },
  ],
  checks: [
    { name: "ab_test_results_variant_check", expression: "variant in ('a', 'b')" },
    { name: "ab_test_results_sample_check", expression: "char_length(sample) >= 1 and char_length(sample) <= 200" },
    { name: "ab_test_results_value_check", expression: "value = value and abs(value) < 'infinity'::float8" },
  ],
});
export type AbTestResult = InferEntity<typeof AbTestResult>;
