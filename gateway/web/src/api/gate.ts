// The gate of a link: what a visitor shows before the link opens.
import { post } from "./session";

// unlockShared shows the password at the gate. The server keeps the pass in a cookie that no script can read. It
// returns what the gate still asks for.
export async function unlockShared(token: string, password: string): Promise<string[]> {
  return (await post<{ asks: string[] }>(`/s/${token}/unlock`, { password })).asks;
}
