export const budgetScopes = ["tenant", "team", "agent_instance"] as const;
export type BudgetScope = (typeof budgetScopes)[number];

export const budgetPeriods = ["day", "month", "total"] as const;
export type BudgetPeriod = (typeof budgetPeriods)[number];

export const reservationStates = ["reserved", "settled", "released"] as const;
export type ReservationState = (typeof reservationStates)[number];
