"""The catalogue of refusals (LEMA specification v3.0, section 4), as far as the sandbox says them.

On the wire a refusal is a SOAP Fault, HTTP 500, unsigned, whose `faultstring` opens with the four digits (section 2.1 and 4.1).
"""

from __future__ import annotations

WORDS = {
    "1001": "La estructura del fichero recibido no corresponde con el esquema",
    "1005": "Estructura de las cabeceras de WS-Security incorrecta",
    "1006": "La petición ha caducado",
    "1101": "La firma o sello no son correctos",
    "1102": "La firma o sello está basada en un certificado de tipo no permitido",
    "1104": "El certificado empleado para crear la firma o sello se encuentra revocado",
    "1105": "El certificado empleado para crear la firma o sello se encuentra caducado",
    "1106": "No se ha obtenido la identificación del cliente",
    "1107": "El cliente identificado no tiene permisos",
    "1201": "El valor del campo es inválido",
    "1202": "Formato de fecha del campo no válido",
    "1205": "El campo contiene un valor no permitido",
    "1208": "El número de caracteres del campo no coincide con la longitud",
    "1210": "Falta informar campo obligatorio",
    "1215": "El número de página solicitado para el paginador de resultados no tiene un formato adecuado",
    "1216": "El número de página solicitado para el paginador de resultados excede al número máximo de páginas existentes",
    "2001": "Error interno",
    "3015": "Este envio no contiene anexos asociados",
    "4101": "El NIF asociado al certificado usado para la firma o sello no coincide con el campo",
    "4102": "No está dado de alta en nuestro sistema",
    "4103": "Error en el control de acceso, el certificado utilizado no está autorizado",
    "4201": "No existe ningún envío asociado al codigoOrigen e identificador introducido",
    "4202": "Debe consignarse al menos uno de los siguientes campos: nifTitular y/o nifDestinatario",
    "4203": "Rango de fechas no válido",
    "4204": "El concepto no coincide con el original de la notificación y/o comunicación",
    "4207": "La fecha actual enviada se encuentra fuera del margen permitido",
    "4208": "Evento incorrecto",
    "4209": "No se puede acceder a una notificación ya comparecida",
    "4210": "No se puede acceder a una comunicación ya leída",
    "4211": "Nif Titular no es igual al Nif Destinatario",
    "4214": "El identificador del anexo no existe",
    "4215": "El valor del campo referencia es incorrecto, debe estar codificado en base64",
    "4216": "No existe ningún anexo asociado a la información introducida",
    "4218": "No existe ningún Acuse Pdf asociado a la información introducida",
    "4219": "No coincide el CSV Resguardo con la información introducida",
    "4220": "El formato del campo Csv Resguardo no es válido",
    "4221": "No coincide la referencia con la información introducida",
    "4222": "El formato de la referencia no es válido",
    "4223": "No existe ningún Envio asociado a la información introducida",
    "4224": "La fecha es anterior a los días permitidos",
    "4225": "Se ha alcanzado el máximo de consultas posibles a este envío",
    "4307": "El envío ya ha sido comparecido por otra vía",
    "4308": "El estado del envío no permite su comparecencia",
    "4309": "El estado de la notificación no permite su consulta",
    "4310": "La notificación no se puede comparecer porque está caducada",
}

# The daily limit of each operation: what the fault `rate_limit` answers unless its value names another code.
DAILY_LIMIT = {
    "Localiza": "4303",
    "PeticionAcceso": "4305",
    "LocalizaRealizadas": "4311",
    "ConsultaRealizadas": "4312",
    "ConsultaAcusePdf": "4314",
    "ConsultaAnexos": "4316",
}


class Refused(Exception):
    """The body says no: `code` is of the catalogue, `about` names the field or value."""

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(code, about)
        self.code = code
        self.about = about

    @property
    def words(self) -> str:
        said = WORDS.get(self.code, "Ha superado el límite de peticiones")
        return f'{said} "{self.about}"' if self.about else said
