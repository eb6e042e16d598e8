import { Migration } from "@mikro-orm/migrations";

/**
 * The words of a text and the keys of a document as before, to the letter, in half the time: each match of a pattern makes its automaton anew, and
 * between most words there is nothing but the blank that is wanted there; and an array in a variable is taken apart and put together again.
 */
export class WordsInFewMatches extends Migration {
  override up(): void {
    this.addSql(
      wordsOf({
        most: atMost("given", 64000),
        ofAscii: `regexp_replace(lower(plain), '(?: *[^a-z0-9 ]+)+ *', ' ', 'g')`,
        ofAny: `regexp_replace(plain, '(?: *[\\u0001-\\u001f\\u0021-${separators})+ *', ' ', 'g')`,
        blanks: `while position('  ' in plain) > 0 loop
      plain := replace(plain, '  ', ' ');
    end loop;
    if octet_length(plain) > 64000 then
      plain := left(plain, 64000);
    end if;
    `,
      }),
    );
    this.addSql(documentWords({ most: atMost("content", 50000), keys: keysAsText }));
  }

  override down(): void {
    this.addSql(documentWords({ most: "left(content, 50000)", keys: keysAsArray }));
    this.addSql(
      wordsOf({
        most: "left(given, 64000)",
        ofAscii: `regexp_replace(lower(plain), '[^a-z0-9]+', ' ', 'g')`,
        ofAny: `left(regexp_replace(plain, '[\\u0001-${separators}', ' ', 'g'), 64000)`,
        blanks: "",
      }),
    );
  }
}

/** Characters are only counted where the bytes do not settle it. */
const atMost = (text: string, characters: number) =>
  `case when octet_length(${text}) > ${characters} then left(${text}, ${characters}) else ${text} end`;

/** What is not part of a word, from the slash on. */
const separators = String.raw`\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\ufffc-\ufffd]+`;

/** The function of 0022, in which separators become blanks by one of two ways: of text that is all ASCII, in lower case, or of any. */
const wordsOf = (parts: { most: string; ofAscii: string; ofAny: string; blanks: string }) =>
  String.raw`create or replace function app.words_of(given text) returns text
  language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
  declare plain text := ${parts.most};
  begin
    if octet_length(plain) = char_length(plain) then
      plain := ${parts.ofAscii};
    else
      plain := lower(regexp_replace(normalize(plain, NFKD), '[\u00ad\u0300-\u036f]+', '', 'g'));
      plain := ${parts.ofAny};
    end if;
    ${parts.blanks}if plain ~ '[^ ]{65}' then
      plain := regexp_replace(plain, '([^ ]{64})[^ ]+', '\1', 'g');
    end if;
    return btrim(plain);
  end $$`;

const keysAsText = `keys text := tag || replace(words, ' ', ' ' || tag);
  begin
    if get_byte(uuid_send(id), 15) = 0 then
      keys := keys || ' *' || tag || replace(left(words, 10000), ' ', ' *' || tag) || ' *' || tag;
    end if;
    return array_to_tsvector(string_to_array(keys, ' '));`;

const keysAsArray = `keys text[] := string_to_array(tag || replace(words, ' ', ' ' || tag), ' ');
  begin
    if get_byte(uuid_send(id), 15) = 0 then
      keys := keys || string_to_array('*' || tag || replace(left(words, 10000), ' ', ' *' || tag), ' ') || ('*' || tag);
    end if;
    return array_to_tsvector(keys);`;

/** The function of 0022, which keeps its keys in one way or the other. */
const documentWords = ({ most, keys }: { most: string; keys: string }) =>
  `create or replace function app.document_words(tenant uuid, id uuid, title text, content text, metadata jsonb) returns tsvector
  language plpgsql immutable set search_path = pg_catalog, pg_temp cost 1000 as $$
  declare
    tag text := left(encode(uuid_send(tenant), 'base64'), 22);
    words text := app.words_of(concat_ws(' ', title,
      left((select string_agg(value #>> '{}', ' ') from jsonb_path_query(metadata, 'strict $.** ? (@.type() == "string")') value), 10000),
      ${most}));
    ${keys}
  end $$`;
