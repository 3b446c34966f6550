/* A PKCS#11 module in front of another one, for a token that a browser may use without ever being asked for its PIN.

   P11_MODULE names the module behind it and P11_PIN the PIN. Every session that is opened is signed in at once, the token says that it
   needs no sign-in, and nothing that would change it, or let its key out, gets through. */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdlib.h>
#include <string.h>

static CK_FUNCTION_LIST shown;
static CK_FUNCTION_LIST_PTR behind;

static CK_RV token_info(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info)
{
    CK_RV answer = behind->C_GetTokenInfo(slot, info);
    if (answer == CKR_OK) {
        info->flags &= ~(CK_FLAGS)(CKF_LOGIN_REQUIRED | CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY);
        info->flags |= CKF_WRITE_PROTECTED;
    }
    return answer;
}

static CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *session)
{
    const char *pin = getenv("P11_PIN");
    CK_RV answer = behind->C_OpenSession(slot, flags & ~(CK_FLAGS)CKF_RW_SESSION, application, notify, session);
    if (answer == CKR_OK && pin != NULL)
        behind->C_Login(*session, CKU_USER, (unsigned char *)pin, strlen(pin));
    return answer;
}

/* A browser that signs in is told that it is: the PIN is none of its business. */
static CK_RV signed_in(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char *pin, CK_ULONG length)
{
    (void)session; (void)user; (void)pin; (void)length;
    return CKR_USER_ALREADY_LOGGED_IN;
}

static CK_RV stays_signed_in(CK_SESSION_HANDLE session) { (void)session; return CKR_OK; }

static CK_RV no_create(CK_SESSION_HANDLE s, CK_ATTRIBUTE *t, CK_ULONG n, CK_OBJECT_HANDLE *o)
{
    (void)s; (void)t; (void)n; (void)o;
    return CKR_TOKEN_WRITE_PROTECTED;
}

static CK_RV no_copy(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE from, CK_ATTRIBUTE *t, CK_ULONG n, CK_OBJECT_HANDLE *o)
{
    (void)s; (void)from; (void)t; (void)n; (void)o;
    return CKR_TOKEN_WRITE_PROTECTED;
}

static CK_RV no_destroy(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o) { (void)s; (void)o; return CKR_TOKEN_WRITE_PROTECTED; }

static CK_RV no_change(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE *t, CK_ULONG n)
{
    (void)s; (void)o; (void)t; (void)n;
    return CKR_TOKEN_WRITE_PROTECTED;
}

static CK_RV no_wrap(CK_SESSION_HANDLE s, CK_MECHANISM *m, CK_OBJECT_HANDLE with, CK_OBJECT_HANDLE key, unsigned char *out, CK_ULONG *n)
{
    (void)s; (void)m; (void)with; (void)key; (void)out; (void)n;
    return CKR_KEY_UNEXTRACTABLE;
}

static CK_RV no_pin(CK_SESSION_HANDLE s, unsigned char *old, CK_ULONG n, unsigned char *new, CK_ULONG m)
{
    (void)s; (void)old; (void)n; (void)new; (void)m;
    return CKR_TOKEN_WRITE_PROTECTED;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list)
{
    const char *path = getenv("P11_MODULE");
    void *module = path == NULL ? NULL : dlopen(path, RTLD_NOW);
    CK_RV (*functions)(CK_FUNCTION_LIST_PTR_PTR) = module == NULL ? NULL : dlsym(module, "C_GetFunctionList");
    if (functions == NULL || functions(&behind) != CKR_OK)
        return CKR_GENERAL_ERROR;
    shown = *behind;
    shown.C_GetTokenInfo = token_info;
    shown.C_OpenSession = open_session;
    shown.C_Login = signed_in;
    shown.C_Logout = stays_signed_in;
    shown.C_CreateObject = no_create;
    shown.C_CopyObject = no_copy;
    shown.C_DestroyObject = no_destroy;
    shown.C_SetAttributeValue = no_change;
    shown.C_WrapKey = no_wrap;
    shown.C_SetPIN = no_pin;
    *list = &shown;
    return CKR_OK;
}
