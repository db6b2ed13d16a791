"""
Words that say little when they stand alone with a capital: a customer may be called so, and much else is.

Written down for this purpose, group by group, from everyday English: what opens a sentence, what a review, a post or a
headline about any product says, and the names of days, people, places and peoples. It is no count of anything; a
word that is missing here only makes a match look likelier than it is, and *Wrong customer* teaches the rest.
"""

_SMALL = """
a about above across after again against ago ah all almost alone along already also although always am among an and
another any anybody anyone anything anyway anywhere are aren around as aside ask at away back be became because become
been before behind being below beside besides between beyond both but by can cannot cant could couldn despite did didn
do does doesn doing done dont down during each either else enough even ever every everybody everyone everything
everywhere except few finally first five for four from further get gets getting give given gives go goes going gone got
had hadn half hardly has hasn have haven having he hello hence her here hers herself hey hi him himself his how however
hundred i id if ill im in indeed inside instead into is isn it its itself ive just last lastly later least less lest
let lets like likely little lol lot lots many may maybe me meanwhile might mine more moreover most mostly much must my
myself near nearly neither never nevertheless next nine no nobody none nor not nothing now nowhere of off often oh ok
okay omg on once one only onto or other others otherwise ought our ours ourselves out outside over own per perhaps
please plus quite rather really s second seems seven several shall she should shouldn since six so some somebody
somehow someone something sometimes somewhere soon still such sure t ten than thank thanks that thats the their theirs
them themselves then thence there therefore these they third this those though thousand three through throughout thus
till to today together tomorrow tonight too toward towards twice two under unless unlike until up upon us usually very
via was wasn we well were weren what whatever when whenever where whereas wherever whether which whichever while who
whoever whole whom whose why will with within without won wont wouldn would wow yeah yep yes yesterday yet you your
youre yours yourself
"""

_DOING = """
accept accepted access according achieve act add added admit adopt advance advise affect afford agree aim allow
announce answer apologize appear apply appreciate approach approve argue arrange arrive assume attack attempt attend
avoid awake bake balance ban beat beg begin believe belong bend bet bind bite blame blend bless blow boil book boost
borrow bother bought bounce break breathe breed bring broke brought build built burn burst buy buying call called
calling came camp cancel cancelled care carry cast catch cause celebrate challenge change charge charged chase chat
cheat check cheer chew choose chop claim clean clear click climb close come coming commit compare compete complain
complete concern confirm connect consider contact contain continue control convert cook cool copy correct cost count
cover crack crash create cross cry cure cut damage dance dare deal decide declare deliver delivered demand deny depend
describe deserve design destroy develop die dig discover discuss drag draw dream dress drink drive drop dry earn eat
edit eliminate embrace emerge employ enable encourage end engage enjoy ensure enter escape establish evolve examine
exchange exist expand expect experience explain explore express extend face fail fall fancy feed feel felt fight fill
find finish fire fit fix fixed flash float flow fly focus fold follow force forget form found free freeze fuel gain
gather generate glow grab grant grind grip grow guarantee guard guess guide handle hang happen hate have heal hear
heat help hide hire hit hold honor hop hope host hug hunt hurry hurt ignite imagine impress improve include increase
inform insist inspire install intend introduce invest invite join judge jump keep kept kick kill kiss knit knock know
launch laugh lead leap learn leave left lend lie lift light limit link listen live load lock look looking looks lose
lost love loved loving made maintain make makes making manage mark march match matter mean measure meet melt mention
mind miss mix mount move navigate need nest note notice offer open operate order ordered organize owe pack paid paint
park pass pause pay perform pick place plan plant play plug point pop post pour praise pray prefer prepare present
press prevent print proceed produce progress promise promote propose protect prove provide publish pull pulse pump
purchase push put quit raise ran range rank reach react read realize receive received recommend recover reduce refuse
register reject relate relax release rely remain remember remind remove rent repair repeat replace reply report
request require rescue reserve resolve respond rest restore result return reveal ride ring rise risk roll rub ruin run
rush sail save saw say saying says scale scan scatter search see seek seem seen select sell send sense sent separate
serve set settle shake shape share shift shine ship shop shoot shout show shut sign sing sit skip sleep slice slide slip
smell smile smoke snap solve sort sound spark speak spend spin splash split spot spread spring squeeze stack stand
stare start started stay steal step stick stop stopped store stream stretch strike strive struggle study succeed suffer
suggest suit support suppose surge surprise survive sweep swim swing switch take taken takes taking talk tap target
taste teach tell tend test thank think thinking thought threw thrive throw tie told took touch trace track trade train
transform travel treat trick tried trigger trip trust try trying turn twist type understand unite update upgrade use
used uses using value visit vote wait waited waiting wake walk wander want wanted wants warn wash waste watch wave wear
weave weigh welcome went win wind wipe wish wonder work worked working works worry wrap write wrote yell zoom
"""

_THINGS = """
ability account accountant action activity ad address adult advantage advice age agency agent agreement air airline
airport alarm album alert alley alliance amount anchor angel anger angle animal ankle apartment app apple arcade arch
area arena arm army arrow art article ash aspect asset assistant atlas atom attention attitude audience aunt author
autumn award axis baby badge bag bakery ball balloon band bank bar barn barrel base basin basket bath bay beach beacon
beam bean bear beauty bed bee beer bell belt bench benefit berry bike bill bird birth birthday block blog blood bloom
board boat body bolt bomb bond bone bonus boot border boss bottle bottom bow bowl box boy branch brand bread breakfast
breath breeze brick bridge brother brush bubble bucket buddy budget bug building bull bunch bus bush business butter
button cable cafe cake camera campaign campus candle candy canvas cap capital captain car card career cargo carpet
carrier carrot cart case cash castle cat category cave cell cellar center centre century chain chair chalk champion
chance channel chapter character charm chart cheese chef chest chicken chief child children chip chocolate choice
chrome church circle circuit citizen city civic class classic clay client cliff climate clinic clock cloth clothes
cloud clover club clue coach coal coast coat code coffee coin collar college colony color column combo comet comfort
command comment commerce committee common community company compass computer concept concert condition conference
connection consumer content contest context contract copper coral core corn corner cosmos cotton council counter
country county couple courage course court cousin cow craft cream credit creek crest crew crisis crop crowd crown
cruise crystal cube culture cup currency current curve customer cycle dad dagger dame data date daughter dawn day deck
deer defense degree delight delivery delta demand den dentist desk detail device dial diamond diesel diet difference
digit dinner direction director dirt discount dish distance district doctor dog dollar domain door dot doubt dove
dozen draft dragon drama drawer drill driver drum duck duke dust duty eagle ear earth ease east echo eclipse economy
edge edition editor education effect effort egg election element email ember emotion empire employee employer energy
engine engineer enterprise entry envelope environment epic equity era error essence estate event evidence evening
example exit expert express extra eye fabric fact factor factory failure fair faith falcon fame family fan fantasy
farm farmer fashion father fault favor fear feather feature fee feedback fellow fence festival fiber field figure file
film final finance finger finish fish flag flame flavor fleet flight flock floor flour flower fluid foam focus folk
food foot forest fork forge form formula fort fortune forum foundation fountain fox frame freedom friend front frontier
fruit fun function fund future galaxy gallery game gang gap garage garden garlic gas gate gateway gear gem gender
general genius ghost giant gift girl glass globe glory glove goal goat god gold golf gown grace grade grain grammar
grand grandma grape graph grass gravity ground group grove growth guest guide guitar gun gut guy gym habit hair hall
hammer hand harbor hardware harmony harvest hat haven hawk head health heart heaven heel height helmet herb heritage
hero hill history hobby hole holiday home honey hood hook horizon horn horse hospital hotel hour house human humor
hunter ice icon idea image impact inch income index industry info information ink inn insect insight insurance
interest internet interview iron island issue item ivory jacket jam jar jazz jet jewel job joke journal journey joy
judge juice jungle jury justice key keyboard kid kidney king kingdom kit kitchen kite knee knife knight knot label lab
lace ladder lady lake lamb lamp land lane language lantern laptop laser law lawn lawyer layer leader leaf league
leather lecture leg legacy legend lemon length lens lesson letter level liberty library license life lily lime line
lion lip liquid list liver living loan lobby local location lodge logic loop lord lounge luck lunch lung machine magic
magnet mail mall man management manager mango manner manor map maple marble margin market marriage mask mass master
mat match mate material math matrix maze meadow meal meaning meat media medicine meeting member memory men menu
mercury merit message metal meter method metro middle mile milk mill mine mineral minister mint minute miracle mirror
mission mist mobile mode model mom moment monday money monitor monkey month mood moon morning mother motion motor
mountain mouse mouth movie mud mug muscle museum music mystery nail name nation nature neck needle neighbor nerve net
network news night noise noon north nose notebook novel number nurse nut oak oasis object ocean office officer oil
olive opera opinion opportunity option oracle orange orbit orchard organ origin oven owl owner oxygen package page
pair palace palm pan panel paper parade paradise parent park part partner party passage passenger passion past pasta
path patient patrol pattern peace peach peak pearl pen pencil penny people pepper percentage perfume period person
pet phase phoenix phone photo piano picture pie piece pig pillar pilot pin pine pioneer pipe pizza planet plastic
plate platform player plaza pleasure plot pocket poem poet poetry policy pool popcorn port portal position possession
potato power practice premise president price pride prime prince princess principle prism prison prize problem process
product profession professor profile profit program project property proposal prospect public pudding purpose puzzle
quality quantity quarter queen quest question queue quote rabbit race radio rail rain rainbow ranch ranger rate ratio
raven ray reader reality reason receipt recipe record reef reference reflection refund region relation relationship
relief religion rent reputation research resident resort resource response responsibility restaurant revenue review
revolution reward rhythm rice riddle river road robin robot rock rocket role roof room root rope rose round route
row royalty rule runner saddle safety saint salad salary sale sales salmon salt sample sand sauce scene schedule scheme
school science scope score scout screen script sea seal season seat secret section sector security seed segment
selection sense sentence sequence series sermon service session shade shadow shark sheep shelf shell shelter shield
shirt shock shoe shore shot shoulder shower side sight signal silence silk silver singer sister site situation size
skill skin skirt sky slave sleeve slot smart smoke snake snow soap soccer society sock software soil soldier solution
son song soul soup source south space spade speaker species speech speed sphere spice spider spirit spoon sport sports
square stable staff stage stair stamp standard star state statement station statue status steak steam steel stem stock
stomach stone stool story storm stove strategy straw strawberry street strength stress string strip studio stuff style
subject success sugar suite summer summit sun sunrise sunset supper supply surface surgery survey sword symbol symphony
system table tail talent tale tank tape task tax tea teacher team tech technology teeth telephone television temple
tempo tennis tent term territory text theater theme theory thing thread throat thumb thunder ticket tide tiger timber
time tin tip tire title toast toe tongue tool tooth topic torch tour tourist tower town toy trail trailer transport
trash treasure tree trend tribe triumph troop truck trunk truth tube tulip tunnel turtle tutor twig uncle union unit
universe university user vacation valley vault vegetable vehicle velvet venture venue verse version vessel video
village vine virus vision voice volume voyage wage wagon waiter wall war warehouse warning water wealth weapon weather
web website wedding week weekend weight west wheat wheel whisper wife willow window wine wing winner winter wire wisdom
wolf woman women wood wool word world worth wrist writer yard year youth zebra zone
"""

_HOW = """
able absolute active actual advanced afraid alive amazing ancient angry annual apparent awesome awful bad basic
beautiful best better big bitter black blank blind blue bold boring brave brief bright brilliant broad broken brown
busy calm careful cheap chill civil clever cold comfortable complex concrete conscious constant core correct crazy
creative critical crucial cruel curious cute daily damp dangerous dark dead deaf dear decent deep delicate delicious
different difficult digital direct dirty disappointed distant double dull dynamic eager early easy effective efficient
electric elegant elite empty endless entire equal essential eternal every evil exact excellent exciting exotic
expensive external extreme familiar famous fantastic far fast fat federal final fine firm flat flexible foreign formal
former fresh friendly frozen full funny furious gentle genuine glad global golden good gorgeous gray great green grey
gross guilty happy hard harsh healthy heavy helpful high hidden hollow holy honest horrible hot huge humble hungry
ideal ill immediate important impossible incredible independent initial innocent inner innovative instant integrated
intense internal international joint junior juicy keen kind large late lazy legal liberal limited live local lonely
long loose loud lovely low loyal lucky mad magical main major massive mature maximum mean medical medium mental mere
mild military mini minimum minor mobile modern monthly moral mutual naked narrow nasty national native natural neat
necessary negative nervous neutral new nice noble normal northern nuclear obvious odd official old open opposite
optimal ordinary organic original outer overall pacific painful pale parallel patient peaceful perfect permanent
personal physical pink plain pleasant polite political poor popular positive possible potential powerful practical
precious precise premier premium pretty previous primary prior private professional progressive proper proud public
pure purple quick quiet radical random rapid rare raw ready real recent red regional regular relative reliable remote
rich right rigid romantic rotten rough round royal rude rural sacred sad safe sane satisfied scared secure senior
sensitive serious sharp shiny short shy sick silent silly similar simple sincere single skilled slim slow small smart
smooth social soft solar solid sorry southern special specific spicy stable standard steady steep sticky stiff
straight strange strategic strict strong stupid sudden sufficient sunny super superb superior supreme sweet swift
talented tall tasty tender terrible thick thin tight tiny tired top total tough traditional tragic trendy tricky true
ugly ultimate ultra unable unfair unified unique united universal unusual upper urban urgent useful useless usual
vague valuable various vast vibrant violent virtual visible vital vivid warm weak wealthy weekly weird western wet
white wide wild willing wise wonderful wooden worse worst worthy wrong yellow young zero actually apparently
basically certainly clearly completely currently definitely especially eventually exactly fortunately frankly fully
generally gladly hopefully honestly immediately literally mainly naturally normally obviously originally otherwise
personally probably properly quickly rarely recently sadly seriously similarly simply slowly specifically suddenly
surely surprisingly totally truly typically unfortunately
"""

_DAYS = """
monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun january february march april may
june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec christmas easter
halloween thanksgiving ramadan diwali hanukkah
"""

_PEOPLE = """
aaron abby abdul abigail adam adrian ahmed aidan alan albert alex alexander alexandra alexis alfred ali alice alicia
alison allison amanda amber amelia amir amy ana andre andrea andrew andy angela angelina anita ann anna anne annie
anthony antonio april aria ariana arjun arthur ashley ashton audrey austin ava barbara barry bella ben benjamin
bernard beth betty beverly bill billy blake bob bobby brad bradley brandon brenda brian brittany brooke bruce bryan
bryce caleb cameron carl carlos carmen carol caroline carter catherine charles charlie charlotte chase chelsea cheryl
chloe chris christian christina christine christopher cindy claire clara clark claudia cody cole colin connor craig
crystal curtis daisy dale dan daniel danielle danny daryl dave david dawn dean deborah debra dennis derek diana diane
diego dominic don donald donna doris dorothy doug douglas drake drew dylan earl eddie edgar edward edwin elaine elena
eli elijah elizabeth ella ellen emily emma eric erica erik erin ethan eugene eva evan evelyn faith fatima felix
fernando fiona florence frances francis frank franklin fred gabriel gary gavin gemma george gerald gina gloria gordon
grace graham grant greg gregory hailey hannah harold harry harvey hassan hazel heather hector heidi helen henry holly
howard hudson hugo hunter ian ibrahim irene iris isaac isabel isabella ivan jack jackie jackson jacob jade jaime jake
james jamie jan jane janet janice jared jasmine jason javier jay jean jeff jeffrey jenna jennifer jenny jeremy jerry
jesse jessica jesus jill jim jimmy joan joanna joe joel john johnny jon jonathan jordan jorge jose joseph josh joshua
joyce juan judith judy julia julian julie justin kaitlyn karen karl kate katherine kathleen kathryn kathy katie kayla
keith kelly ken kenneth kevin kim kimberly kirk kobe kurt kyle lance larry laura lauren lawrence leah lee leo leon
leonard leslie lewis liam lily linda lisa logan lois lola louis louise lucas lucy luis luke lydia lynn madison
malcolm marc marcus margaret maria marie marilyn mario marion mark marshall martha martin marvin mary mason matt
matthew maurice max maya megan melissa melvin mercedes mia michael michele michelle miguel mike mildred miles miranda
mitchell mohamed mohammed molly monica morgan morris muhammad nadia nancy naomi natalie nathan neil nelson nicholas
nick nicole nina noah noel nora norman oliver olivia omar oscar owen pablo paige pamela parker pat patricia patrick
paul paula pauline pedro penny perry peter phil philip phillip phoebe phyllis preston priya quinn rachel rafael ralph
ramon randy raymond rebecca reed regina rex rhonda ricardo richard rick ricky rita rob robert roberta robin rodney
roger roland ron ronald rosa rose ross roy ruby russell ruth ryan sabrina sally sam samantha samuel sandra sara sarah
scott sean sebastian sergio seth shane shannon sharon shaun shawn sheila shelby sherry shirley sidney simon sofia
sophia sophie spencer stacy stanley stella stephanie stephen steve steven stewart stuart sue summer susan suzanne
sydney sylvia tamara tammy tanya tara taylor ted teresa terry theodore theresa thomas tiffany tim timothy tina todd
tom tommy toni tony tracy travis trevor tristan troy tyler valerie vanessa vera vernon veronica victor victoria
vincent violet virginia vivian wade walter wanda warren wayne wendy wesley william willie winston wyatt xavier yasmin
yolanda yvonne zach zachary zoe adams allen anderson bailey baker barnes bell bennett brooks brown bryant butler
campbell clark coleman collins cook cooper cox cruz davis diaz edwards evans fisher flores foster garcia gomez gonzalez
gray green griffin hall hamilton harris harrison hayes henderson hernandez hill hughes jenkins johnson jones kennedy
king lopez martinez miller moore murphy myers nguyen ortiz patel perez peterson phillips powell price ramirez reyes
reynolds richardson rivera roberts robinson rodriguez rogers russell sanchez sanders simmons singh smith sullivan
thompson torres trump obama turner walker ward washington watson white williams wilson wood wright young
"""

_PLACES = """
afghanistan africa alabama alaska albania alberta algeria amazon america american americans amsterdam angola antarctica
arab arabia arabic argentina arizona arkansas armenia asia asian athens atlanta atlantic auckland australia australian
austria baghdad balkans baltimore bangkok bangladesh barcelona bavaria beijing belarus belfast belgium berlin bermuda
birmingham bolivia boston bosnia brazil brisbane bristol britain british brooklyn brussels bulgaria burma cairo calgary
california cambodia cambridge cameroon canada canadian caribbean carolina chicago chile china chinese cleveland
colombia colorado columbia congo connecticut copenhagen cornwall croatia cuba cyprus czech dakota dallas damascus
delaware delhi denmark denver derby detroit devon dominican dubai dublin durham dutch ecuador edinburgh egypt england
english essex estonia ethiopia europe european fiji finland florida france frankfurt french geneva georgia german
germany ghana glasgow greece greek greenland guatemala guinea haiti hamburg hampshire hanoi havana hawaii helsinki
hollywood holland honduras houston hungary iceland idaho illinois india indian indiana indonesia iowa iran iraq ireland
irish israel istanbul italian italy jakarta jamaica japan japanese jerusalem jersey jordan kabul kansas kashmir kent
kentucky kenya korea korean kosovo kuwait lagos lancaster laos latin latvia lebanon leeds liberia libya lima lisbon
lithuania liverpool london louisiana lyon macedonia madrid maine malaysia malta manchester manhattan manila maryland
massachusetts mauritius melbourne memphis mexican mexico miami michigan milan milwaukee minneapolis minnesota
mississippi missouri moldova monaco mongolia montana montreal morocco moscow mumbai munich myanmar naples nashville
nebraska nepal netherlands nevada newcastle nigeria norfolk norway norwegian nottingham ohio oklahoma ontario oregon
orlando oslo ottawa oxford pakistan palestine panama paraguay paris pennsylvania persian perth peru philadelphia
philippines phoenix pittsburgh poland polish portland portugal prague quebec queensland rio roma romania rome russia
russian sacramento scandinavia scotland scottish seattle seoul serbia shanghai sheffield siberia singapore slovakia
slovenia somalia spain spanish stockholm sudan surrey sussex sweden swedish swiss switzerland sydney syria taiwan tampa
tanzania tehran tennessee texas thai thailand tibet tokyo toronto tunisia turkey turkish uganda ukraine uruguay utah
venezuela venice vermont vienna vietnam virginia wales warsaw washington wellington welsh wisconsin wyoming yemen york
yorkshire zealand zimbabwe zurich
"""

SMALL = frozenset(_SMALL.split())
"""The smallest of them, which open sentences."""

COMMON = SMALL | frozenset((_DOING + _THINGS + _HOW + _DAYS + _PEOPLE + _PLACES).split())
"""All of them, as keys are spelt."""

_ENDINGS = ("s", "es", "ed", "er", "ers", "ing", "ly", "y")


def is_common(word: str) -> bool:
    """Whether *word* (as keys are spelt) is an ordinary one, or such a one with an everyday ending."""
    if word in COMMON or not word.isalpha():
        return True
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2 and (stem in COMMON or f"{stem}e" in COMMON or stem[:-1] in COMMON):  # noqa: PLR2004 - a stem
            return True
    return False
