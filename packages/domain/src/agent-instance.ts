import { storableText } from "./text.ts";

/** A retired agent takes no tasks and no place, and never comes back. */
export const agentInstanceStatuses = ["active", "retired"] as const;
export type AgentInstanceStatus = (typeof agentInstanceStatuses)[number];

/** An emoji, or the name of an icon. */
export const avatarIcon = storableText({ min: 1, max: 64 });
