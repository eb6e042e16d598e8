import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { ReservationState } from "@severalty/domain/budget";
import type { BudgetId, BudgetReservationId } from "@severalty/domain/ids";
import { tenantColumns, tenantRef, tenantScope } from "../tenancy/tenant-entity.ts";
import { Budget } from "./budget.ts";

/** Money set aside before a call, settled or released after it. Goes with its budget. */
export const BudgetReservation = defineEntity({
  name: "BudgetReservation",
  properties: {
    ...tenantColumns<BudgetReservationId>(),
    budgetId: p.uuid().$type<BudgetId>(),
    budget: () => tenantRef(Budget, "budget_id").deleteRule("cascade"),
    amountUsd: p.decimal("string").precision(18).scale(6),
    state: p.text().$type<ReservationState>().default("reserved"),
    expiresAt: p.datetime(3),
  },
  ...tenantScope("budget_reservations"),
  indexes: [
    { name: "budget_reservations_tenant_id_budget_id_state_index", properties: ["tenantId", "budgetId", "state"] },
  ],
  checks: [
    { name: "budget_reservations_amount_usd_check", expression: "amount_usd >= 0" },
    { name: "budget_reservations_state_check", expression: "state in ('reserved', 'settled', 'released')" },
    { name: "budget_reservations_expires_at_check", expression: "expires_at > created_at" },
  ],
});
export type BudgetReservation = InferEntity<typeof BudgetReservation>;
