"""Countries by name or code: "Deutschland", "Germany", "DEU" and "de" are all DE."""

import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

_CODES = (
    "ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE BABIH BBBRB "
    "BDBGD BEBEL BFBFA BGBLG BHBAH BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS BTBTN BVBVT BWBWA BYBLR "
    "BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN COCOL CRCRI CUCUB CVCPV CWCUW CXCXR "
    "CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK "
    "FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS "
    "GTGUA GUGUM GWGNB GYGUY HKHKG HMHMD HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN "
    "ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO "
    "LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMOR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD "
    "MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM NCNCL NENER "
    "NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM "
    "PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA SASAU SBSLB SCSYC SDSDN SESWE SGSGP "
    "SHSHN SISVN SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD STSTP SVSLV SXSXM SYSYR SZSZW TCTCA TDTCD TFATF "
    "TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY "
    "UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR VNVNM VUVTU WFWLF WSWSM XKXKK YEYEM YTMYT ZAZAF ZMZMB ZWZWE"
)
"""ISO 3166-1: the code of two letters and the one of three, in one word."""

_ALSO = """
AE uae|emirates
AX aland|aland islands
BA bosnia|bosnia herzegovina
BO plurinational state of bolivia
BN brunei darussalam
BR brasil
CD dr congo|drc|democratic republic of the congo|democratic republic of congo|congo kinshasa|zaire
CF central african republic
CG congo|republic of the congo|republic of congo|congo brazzaville
CH schweiz|suisse|svizzera|confoederatio helvetica
CI cote divoire|ivory coast
CN peoples republic of china|prc|mainland china
CV cabo verde
CZ czechia|czech republic|cesko
DE deutschland|federal republic of germany
DK danmark
ES espana
FI suomi
FK falklands|falkland islands malvinas
FM federated states of micronesia
GB uk|u k|united kingdom|great britain|britain|england|scotland|wales|northern ireland
GB united kingdom of great britain and northern ireland
GR hellas|el
HK hong kong sar|hong kong china
HR hrvatska
HU magyarorszag
IE eire|republic of ireland
IR islamic republic of iran
IT italia
KN saint kitts and nevis
KP north korea|democratic peoples republic of korea
KR korea|south korea|republic of korea
LA lao peoples democratic republic
LC saint lucia
MD republic of moldova
MF saint martin
MK macedonia|north macedonia|republic of north macedonia
MM burma|myanmar
MO macao|macau
MX mexico
NL holland|the netherlands|nederland
NO norge
PM saint pierre and miquelon
PL polska
PS palestine|state of palestine
RU russian federation
SE sverige
SH saint helena
SK slovak republic
SX sint maarten
SZ eswatini|swaziland
SY syrian arab republic
TR turkiye|turkey
TL timor leste
TW taiwan province of china|republic of china
TZ united republic of tanzania
US usa|u s a|us|u s|united states|united states of america|america|the united states
VA vatican|vatican city|holy see
VC saint vincent and the grenadines|saint vincent
VE bolivarian republic of venezuela
VG british virgin islands
VI us virgin islands|united states virgin islands
VN viet nam
WS samoa
AS american samoa
XK kosovo
"""
"""What else people call them, by code."""


@cache
def _names() -> dict[str, str]:
    """Code by every name and code we know, in the spelling of `_spelling`."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    names = {_spelling(name): code for code, name in _pairs(table, "\t")}
    for code, others in _pairs(_ALSO.strip(), " "):
        names |= dict.fromkeys(others.split("|"), code)
    for both in _CODES.split():
        names |= {both[:2].casefold(): both[:2], both[2:].casefold(): both[:2]}
    return names


def _pairs(table: str, separator: str) -> list[tuple[str, str]]:
    """(first word, rest) of each line that is no comment."""
    lines = (line.partition(separator) for line in table.splitlines() if line and not line.startswith("#"))
    return [(first, rest) for first, _, rest in lines]


def _spelling(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold().replace("&", " and ").replace("’", "'").replace("'", ""))
    kept = (char if char.isalnum() else " " for char in folded if not unicodedata.combining(char))
    return " ".join("".join(kept).split())


@lru_cache(4096)
def country_code(text: str) -> str | None:
    """The ISO code of two letters for a country's name or code, or None: nothing is guessed."""
    return _names().get(_spelling(text))


@lru_cache(4096)
def nearest_country(text: str) -> str | None:
    """The name that a misspelt country is likeliest to mean ("Philipines" → "Philippines"), or None."""
    named = [name for name in _names() if len(name) > 3]  # noqa: PLR2004  # codes resemble everything
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - two megabytes that only mistyped names need

    found = process.extractOne(_spelling(text), named, scorer=fuzz.ratio, score_cutoff=80)
    return found[0].title() if found else None
