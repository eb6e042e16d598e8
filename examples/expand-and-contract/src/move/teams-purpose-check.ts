import { Migration } from "@mikro-orm/migrations";

/** Holds for each row that is written from now on, which the trigger sees to; rows that are there already are not read. */
export class TeamsPurposeCheck extends Migration {
  override up(): void {
    this.addSql(`alter table app.teams add constraint teams_purpose_check check (purpose is not null) not valid`);
  }

  override down(): void {
    this.addSql(`alter table app.teams drop constraint teams_purpose_check`);
  }
}
