import { Migration } from "@mikro-orm/migrations";

/**
 * The new column beside the old one. Whichever of the two a server writes, the trigger writes the other, so servers of both kinds may run
 * at once. New rows and changed ones are right from now on; those nobody changes are left to the backfill.
 */
export class TeamsPurposeExpand extends Migration {
  override up(): void {
    // No default: a null on insert is how the trigger knows an old server.
    this.addSql(`alter table app.teams add column purpose text null`);
    for (const sql of keepColumnsTheSame) this.addSql(sql);
    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    this.addSql(`drop trigger teams_purpose_sync on app.teams`);
    this.addSql(`drop function app.teams_purpose_sync()`);
    this.addSql(`alter table app.teams drop column purpose`);
  }
}

/** The trigger and its function. It fires on every update, so that whatever is written has the new column as well. */
export const keepColumnsTheSame = [
  `create function app.teams_purpose_sync() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
    begin
      if tg_op = 'INSERT' then
        new.purpose := coalesce(new.purpose, new.description);
        new.description := new.purpose;
      elsif new.purpose is distinct from old.purpose then
        new.description := new.purpose;
      else
        new.purpose := new.description;
      end if;
      return new;
    end $$`,
  `revoke all on function app.teams_purpose_sync() from public`,
  `create trigger teams_purpose_sync before insert or update on app.teams for each row execute function app.teams_purpose_sync()`,
];
