import { Migration } from "@mikro-orm/migrations";

/**
 * Ids made one after the other are in that order within a millisecond too, so that the records of a log are: the twelve bits that follow the
 * millisecond hold its 4096ths (RFC 9562, section 6.2, method 3) instead of chance. It takes half the time besides.
 */
export class OrderedIds extends Migration {
  override up(): void {
    this.addSql(`create or replace function app.uuid_v7() returns uuid language plpgsql volatile parallel safe
      set search_path = pg_catalog, pg_temp as $$
      declare microseconds constant bigint := extract(epoch from clock_timestamp()) * 1000000;
      begin
        -- The last eight bytes of a UUID of version 4 have the variant that version 7 has.
        return encode(overlay(uuid_send(gen_random_uuid()) placing
          int8send((microseconds / 1000 << 16) | (7 << 12) | (microseconds % 1000 * 4096 / 1000)) from 1 for 8), 'hex')::uuid;
      end $$`);
  }

  override down(): void {
    this.addSql(`create or replace function app.uuid_v7() returns uuid language sql volatile parallel safe set search_path = pg_catalog, pg_temp as $$
    select encode(set_byte(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112), 'hex')::uuid $$`);
  }
}
