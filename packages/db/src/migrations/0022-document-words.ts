import { Migration } from "@mikro-orm/migrations";

/** What words a text has, and those of a document as the keys of an index in which every key begins with its tenant. */
export class DocumentWords extends Migration {
  override up(): void {
    this.addSql(wordsOf);
    this.addSql(documentWords);
    this.addSql(`revoke all on function ${functions} from public`);
    // Whoever writes a document computes its index entries.
    this.addSql(`grant execute on function ${functions} to severalty_app, severalty_gate`);
    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    this.addSql(`drop function ${functions}`);
  }
}

const functions = "app.words_of(text), app.document_words(uuid, uuid, text, text, jsonb)";

const settings = `language plpgsql immutable set search_path = pg_catalog, pg_temp`;

/**
 * Everything that is not part of a word, by code point, so that it is the same under every locale: what is in ASCII neither letter nor digit,
 * and the blocks of punctuation and symbols. Letters, digits, marks and emoji of every script make words.
 */
const separators = String.raw`[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\ufffc-\ufffd]+`;

/** Most of what may follow a letter as a mark of its own once NFKD has taken it apart, and the soft hyphen. */
const accents = String.raw`[\u00ad\u0300-\u036f]+`;

/**
 * The words of a text with a blank between: lower case, without accents, 64 characters of each at most, and of a text 64,000. So no text is too
 * large for a tsvector (1 MB), nor one of its words (2 kB), and none makes a write fail.
 */
const wordsOf = `create function app.words_of(given text) returns text ${settings} as $$
  declare plain text := left(given, 64000);
  begin
    if octet_length(plain) = char_length(plain) then
      plain := regexp_replace(lower(plain), '[^a-z0-9]+', ' ', 'g');
    else
      plain := lower(regexp_replace(normalize(plain, NFKD), '${accents}', '', 'g'));
      plain := left(regexp_replace(plain, '${separators}', ' ', 'g'), 64000);
    end if;
    if plain ~ '[^ ]{65}' then
      plain := regexp_replace(plain, '([^ ]{64})[^ ]+', '\\1', 'g');
    end if;
    return btrim(plain);
  end $$`;

/**
 * The words of title, metadata (its texts, 10,000 characters) and content (50,000), each behind the 22 digits that its tenant's id has in base
 * 64. One document in 256 has the first of them a second time behind a star, and the star and the tenant alone: by these a search tells common words
 * from rare ones. What it costs keeps the planner from computing it where the index has it; and that it is not parallel safe, from starting
 * workers for that cost.
 */
const documentWords = `create function app.document_words(tenant uuid, id uuid, title text, content text, metadata jsonb) returns tsvector
  ${settings} cost 1000 as $$
  declare
    tag text := left(encode(uuid_send(tenant), 'base64'), 22);
    words text := app.words_of(concat_ws(' ', title,
      left((select string_agg(value #>> '{}', ' ') from jsonb_path_query(metadata, 'strict $.** ? (@.type() == "string")') value), 10000),
      left(content, 50000)));
    keys text[] := string_to_array(tag || replace(words, ' ', ' ' || tag), ' ');
  begin
    if get_byte(uuid_send(id), 15) = 0 then
      keys := keys || string_to_array('*' || tag || replace(left(words, 10000), ' ', ' *' || tag), ' ') || ('*' || tag);
    end if;
    return array_to_tsvector(keys);
  end $$`;
