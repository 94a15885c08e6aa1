const WITHOUT_BODY = `\
                           Of a message of an export without ids the body would give the author away: then what it
                           says stands there, with its hash.
`;

/** What stands in an evidence file for whoever opens it without this program. */
export const readMe = (names: boolean): string => `EVIDENCE

These are messages of a community with what stood around them, what was decided about them and by whom, and proof that
nothing of it was changed since. Whoever wrote and decided stands under a pseudonym${names ? '; names.json has the real names of the authors,\nand the records hold what the platform wrote' : ''}.

messages/N/message.json    what was written, where, when, by whom; where it stood in the export
${names ? 'messages/N/record-V.*      the record of version V as it stood in the export\n' : ''}messages/N/context.json    what it answers, and what stood before and after it
messages/N/decisions.jsonl every decision about it: a link of that reviewer's chain. The hash of a link is the SHA-256 of
                           its body; the body names the hash of the link before it.
${names ? '' : WITHOUT_BODY}custody.jsonl              what was done with it, in the order of time
evidence.json              who made this file, when, and from which exports
SHA256SUMS                 the SHA-256 of every file; SHA256SUMS.sig is the Ed25519 signature of that list

To check it with Moderato:

  moderato evidence verify FILE.zip
  moderato evidence verify FILE.zip --source EXPORT     also against the export that the messages came from

Without Moderato, in the folder that it was unpacked to:

  sha256sum -c SHA256SUMS
  openssl pkeyutl -verify -pubin -inkey reviewer.pem -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig

That the key is the reviewer's, only the reviewer can say: compare reviewer.pem, or the key that verify prints, with what
\`moderato audit heads\` prints there.
`;
