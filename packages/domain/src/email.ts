import { z } from "zod";

/** Longest address that mail can carry: RFC 5321 section 4.5.3.1.3, less the angle brackets. */
export const emailLengthMax = 254;

/** An e-mail address, trimmed and in lower case: the form in which it is stored, compared and unique. */
export const email = z.string().trim().toLowerCase().max(emailLengthMax).pipe(z.email());
