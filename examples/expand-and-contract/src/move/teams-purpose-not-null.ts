import { Migration } from "@mikro-orm/migrations";

/** The validated check proves that no row is null, so nothing is read under the lock, which squawk cannot see; then it has done its work. */
export class TeamsPurposeNotNull extends Migration {
  override up(): void {
    this.addSql(`-- squawk-ignore adding-not-nullable-field
      alter table app.teams alter column purpose set not null`);
    this.addSql(`alter table app.teams drop constraint teams_purpose_check`);
  }

  override down(): void {
    this.addSql(`alter table app.teams add constraint teams_purpose_check check (purpose is not null) not valid`);
    this.addSql(`alter table app.teams alter column purpose drop not null`);
  }
}
