import { Migration } from "@mikro-orm/migrations";
import { keepColumnsTheSame } from "../expand/teams-purpose-expand.ts";

/** Ends the double life: runs once no server of the first release, or older, is left. */
export class TeamsPurposeContract extends Migration {
  override up(): void {
    this.addSql(`drop trigger teams_purpose_sync on app.teams`);
    this.addSql(`drop function app.teams_purpose_sync()`);
    this.addSql(`alter table app.teams alter column purpose set default ''`);
    // squawk asks whether somebody still uses the column: by the release before this one nobody does.
    this.addSql(`-- squawk-ignore ban-drop-column
      alter table app.teams drop column description`);
  }

  /** Keeps everybody out of the table while it copies every row. */
  override down(): void {
    this.addSql(`alter table app.teams add column description text not null default ''`);
    this.addSql(`update app.teams set description = purpose`);
    this.addSql(`alter table app.teams alter column purpose drop default`);
    for (const sql of keepColumnsTheSame) this.addSql(sql);
    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }
}
