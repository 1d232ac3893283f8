import { isKeyType } from '../model/approval/ssh-signature';

/** Is it a public key as OpenSSH writes it, `TYPE BASE64`, whose content says the same type? (RFC 4253, 6.6) */
export function isPublicKey(text: string): boolean {
  const [type = '', content = '', more] = text.split(' ');
  if (more !== undefined || !isKeyType(type) || !/^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2,3}={1,2})?$/.test(content))
    return false;
  const bytes = atob(content);
  return bytes.startsWith(`\0\0\0${String.fromCharCode(type.length)}${type}\0\0`) && bytes.length > type.length + 36;
}
