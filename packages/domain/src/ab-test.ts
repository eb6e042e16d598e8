export const abTestStatuses = ["running", "stopped"] as const;
export type AbTestStatus = (typeof abTestStatuses)[number];

export const abTestVariants = ["a", "b"] as const;
export type AbTestVariant = (typeof abTestVariants)[number];
