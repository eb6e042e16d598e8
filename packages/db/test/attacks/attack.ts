import type { World } from "./world.ts";

/** Something that somebody attempts who runs SQL of his own choice as a role of the server. */
export interface Attack {
  /** What he does, in the present tense. */
  readonly title: string;
  /** Run as superuser: takes away every defence that this attack meets. */
  readonly without: readonly string[];
  /** Where the defence is what the role itself is (cluster-wide), the weakened form is that his sessions are a superuser's. */
  readonly weakRole?: "superuser";
  /** Where the defence is in the driver: the weakened form gives its statements names, or resets nothing, as many do. */
  readonly weakDriver?: "names its statements" | "resets nothing";
  /** Without defences it leaves something that later attacks would profit from: gets that database to itself. */
  readonly isAlone?: boolean;
  /** Everybody connects by way of PgBouncer. */
  readonly throughPgBouncer?: boolean;
  /** The victim's normal requests write too, so that rows of his that are other than before prove nothing. */
  readonly victimWrites?: boolean;
  /** Why it cannot be run here, when it cannot. */
  readonly skip?: () => string | undefined;
  /** What can be told to `verdictOf`: rows, texts, or `true` for what he has learnt or planted himself. */
  readonly attack: (world: World) => Promise<unknown>;
}

/** Attacks of one kind, and what stops them. */
export interface AttackClass {
  readonly name: string;
  /** For the table in README.md. */
  readonly stoppedBy: string;
  readonly attacks: readonly Attack[];
}
