/** Descriptions of repositories. Harbor's API keeps them with five characters escaped (H row 50). Pure. */

const CHARACTERS: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&#34;': '"', '&#39;': "'" };

/** The text that was written. */
export function unescapeDescription(stored: string): string {
  return stored.replace(/&(?:lt|gt|amp|#34|#39);/g, (entity) => CHARACTERS[entity] ?? entity);
}
