import { agency } from "./agency.ts";
import { blank } from "./blank.ts";
import { fintech } from "./fintech.ts";

/** The templates that this version of the software brings. */
export const shippedTemplates = [agency, blank, fintech] as const;
