// looksLikeMarkdown is true for marks that plain prose does not have: emphasis, lists of two
// or more entries, headings, code, tables, links.
export function looksLikeMarkdown(text: string): boolean {
  if (text.length > 100_000) return false; // shown as it is: rendering it would hold up the page
  return (
    /\*\*\S[^*\n]*\*\*|^#{1,6} \S|^```|`[^`\n]+`|\[[^\]\n]+\]\(https?:\/\/|^\|.+\|\s*\n\|[ :|-]+\|/m.test(text) ||
    /(^|\n)([-*]|\d+\.) \S[^\n]*\n+([-*]|\d+\.) \S/.test(text)
  );
}
