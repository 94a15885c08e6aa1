/** How a report is signed, and how that is checked. All before the last block of the page is covered. */
import { hash } from 'node:crypto';
import { isSigned } from '../store/reviewers.ts';

/** The last line that the signature covers. Message text cannot hold it: there `<` is written as `&#60;`. */
export const END_OF_SIGNED = '<!-- signed up to here -->\n';

/** What is signed. @param sha256 of all bytes up to the end of `END_OF_SIGNED`, hexadecimal */
export const signedText = (sha256: string): Buffer => Buffer.from(`moderato report\n${sha256}\n`);

/** All that stands behind `END_OF_SIGNED`. */
export const signatureBlock = (reviewer: string, publicKey: string, sha256: string, signature: string): string => `
<section class="signature">
<h2>Signature</h2>
<table>
<tr><th>Signed by</th><td>${reviewer}</td></tr>
<tr><th>Public key (Ed25519)</th><td class="sum">${publicKey}</td></tr>
<tr><th>SHA-256 of all above</th><td class="sum">${sha256}</td></tr>
<tr><th>Signature</th><td class="sum">${signature}</td></tr>
</table>
<p>Check it with <code>moderato evidence verify FILE</code>. That the key is the reviewer’s, only the reviewer can say:
compare it with what <code>moderato audit heads</code> prints there.</p>
</section>
</body>
</html>
`;

export interface CheckedReport {
  readonly reviewer: string;
  readonly publicKey: string;
  /** what is wrong, for people; null where nothing is */
  readonly problem: string | null;
}

/** @returns null where the file is no report */
export function checkReport(page: Buffer): CheckedReport | null {
  const end = page.lastIndexOf(END_OF_SIGNED);
  if (end === -1) return null;
  const signed = page.subarray(0, end + END_OF_SIGNED.length);
  const block = page.toString('utf8', signed.length);
  const [reviewer = '', publicKey = '', sha256 = '', signature = ''] = [
    /Signed by<\/th><td>(reviewer-[0-9a-z]+)</,
    /\(Ed25519\)<\/th><td class="sum">([0-9a-f]{64})</,
    /of all above<\/th><td class="sum">([0-9a-f]{64})</,
    /Signature<\/th><td class="sum">([0-9a-f]{128})</,
  ].map((pattern) => pattern.exec(block)?.[1]);
  return { reviewer, publicKey, problem: problemOf() };

  function problemOf(): string | null {
    if (block !== signatureBlock(reviewer, publicKey, sha256, signature))
      return 'The signature block at the end is not as it was written.';
    const valid = isSigned(publicKey, signedText(sha256), Buffer.from(signature, 'hex'));
    if (!valid) return 'The signature does not belong to the sum and the key beside it.';
    if (hash('sha256', signed) === sha256) return null;
    return 'What stands above the signature block was changed after it was signed.';
  }
}
