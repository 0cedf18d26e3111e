"""The commonest words of English, as far as news has them: what may begin a sentence without being a name. Pure.

The list is written by hand: what is a name as well (apple, block, chase, meta) is missing, or known to ``bot.names``.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from bot.gate.words import listed

_SHORTEST = 3
"""Letters that must be left of a word without its ending."""
_ENDINGS = (
    *(("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ied", "y"), ("ing", ""), ("ing", "e")),
    *(("ly", ""), ("ly", "le"), ("ily", "y"), ("ness", ""), ("iness", "y"), ("ment", ""), ("ments", "")),
)
"""What forms end with, and what their words do."""
_ABSTRACT = re.compile(r"\w{4,}(?:ations?|itions?|i[sz]ations?|ically|alit(?:y|ies)|ilit(?:y|ies)|ivit(?:y|ies))\Z")
"""How words end of which there are too many to list."""
_DEGREES = (("er", ""), ("er", "e"), ("ier", "y"), ("est", ""), ("est", "e"), ("iest", "y"))


@lru_cache(maxsize=8192)
def is_common(low: str) -> bool:
    """Whether *low*, in lower case, is an ordinary word or a form of one: ``firms``, ``cheaper``, ``rebuilding``.

    Who has the name of a trade (Parker, Turner) has no form of a word: only what has degrees ends with ``er``.
    """
    if low in _WORDS or low in _GRADED or _ABSTRACT.match(low):
        return True
    if any(one in _GRADED for one in _bases(low, _DEGREES)):
        return True
    return any(one in _WORDS or one in _GRADED for one in _bases(low, _ENDINGS))


def _bases(low: str, endings: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """What *low* may be a form of."""
    for ending, whole in endings:
        rest = low.removesuffix(ending)
        if rest == low or len(rest) < _SHORTEST:
            continue
        yield rest + whole
        if not whole and rest[-1] == rest[-2]:
            yield rest[:-1]


_GRADED = frozenset(
    listed("""
bad bare big bland blind blunt bold brave brief bright brisk broad busy calm cheap clean clear clever close coarse cold
complete cool core costly crazy crude dark deaf dear deep dense dirty dry dull eager early easy empty fair far fast
female few fierce final fine firm fit flat fluid fragile free fresh friendly full funny gentle good grave great guilty
handy happy hard harsh healthy heavy high holy hostile hot huge hungry idle intense keen kind large late lax lazy lead
lean lengthy light likely little live long loose loud low lucky mighty mild multiple naive narrow nasty near neat new
nice noisy obscure odd old open pale plain poor proud pure quick quiet rare raw ready real recent remote rich rigid
risky rough rude sad safe scarce secure severe sharp short sick simple slim slow small smart sober soft sound sparse
stable stark steady steep sterile still strict strong subtle sunny sure swift tall tense thick thin tight timely tiny
tired tough tricky true ugly unhappy vague vast warm weak wealthy weird wet wholesale wide wild wise worthy young
""")
)
"""Adjectives that are compared by their endings."""

_WORDS = frozenset(
    listed("""
abandon ability able abroad absolute absorb abstract abstraction abundant abuse academic accelerate accept acceptable
access accessible accommodate accompany accomplish according account accumulate accuracy accurate accuse achieve
acknowledge acquire across act action active activist activity actor actual acute adapt add addition additional address
adequate adjust administrative admire admit adopt adoption adult advance advantage adverse advertise advertiser advice
advise adviser advocate affair affect afford affordable afterward afterwards against age agency agenda agent agentic
aggressive agile ago agree ahead aid aim air aircraft airline airport alarm albeit alert algorithm alike alive allege
alliance allocate allow ally almost alone along alongside already alright alter alternative altogether always amazing
ambition ambitious amend amid amidst amount ample amplify analog analyse analysis analyst analyze ancient angel animal
announce annual anonymous another answer anti anticipate anxious anybody anyhow anymore anyone anything anyway anywhere
apart api apologise apologize app apparent appeal appear appetite applicable applicant appoint appreciate approach
appropriate approval approve arbitrary architectural architecture area argue argument arise arm army around arrange
arrest arrive art article artifact artificial artist aside ask asleep aspect assemble assert assess asset assign assist
assistance assistant assume assumption assure ate attach attack attempt attend attention attitude attorney attract
attractive attribute auction audible audience audit auditor auth author authorise authority authorize automaker
automate autonomous available average avoid await award aware awareness away awkward baby back background backlash
backup backward balance ban band bank bankroll bankruptcy bar barrier base basic basis battery battle beat beautiful
became become beg began begin behave behavior behaviour behind belief believe belong benchmark beneath beneficiary
benefit beside best bet betray better beyond bias bid bidder billion billionaire billions binary bind biological birth
birthday bit bitter blame blog board body bond bonus book boom boost border boring borrow boss bother bottleneck bought
box boy brain branch brand breach break breakthrough bridge bring broadcaster broaden broken broker brought browse
browser brutal bubble budget bug build builder built bundle burden bureau burn bus business button buy buyer cable
cache calculate call came camera campaign cancel cancer candidate cannot cap capable capacity capital capture car card
care career careful careless cargo carmaker carrier carry cartoon case cash cast casual catch category caught cause
cautious cease ceiling celebrate cell center central centralise centralize centre century ceo certain certainty chain
chair challenge chance change changelog channel chapter character charge charity chart chat chatbot check chemical
chess child children chip chipmaker choice choose chose chosen chronic church circle circumstance cite citizen city
civil civilian claim clarify class classic classifier classify classroom cleaner client climate climb cling clinic
clinical clock cloud club cluster code codebase coder cognitive coherent collaborate collapse colleague collect
collection collective college colonial color colour column combine come comfort comfortable command commander comment
commercial commission commissioner commit committee commodity common communicate community compact company comparable
compare comparison compatible compel compensate compete competent competitive competitor compile complain complaint
complex complexity compliance complicate compliment comply component compose comprehensive compress compromise
compulsory compute computer conceal concede concentrate concept concern conclude concrete condemn conduct conference
confess confidence confident confidential confirm conflict confront confuse confusion congress connect connection
conscious consensus consequence consequently conservative consider considerable consist consistent console consolidate
constant constitute constitutional constrain constraint construct construction consult consultancy consultant consume
consumer contact contain contemporary content contest context continue continuity continuous contract contractor
contractual contradict contrary contrast contribute contribution contributor control controversial controversy convene
convenience conventional convert convey convict convince cooperate coordinate cope copy copyright corp corporate
correct correction cost council count counter counterpart country couple course court cover coverage covert craft crash
create creation creative creator credible credit creditor crew crime criminal crises crisis criteria criterion critic
critical criticise criticism criticize crop cross crowd crucial crypto cultural culture curb curious currency current
curve custody custom customary customer cut cybersecurity cycle daily damage danger dangerous dare dashboard data
database datacenter datacentre dataset date daughter day dead deadline deal dealer death debate debt debtor debug
decade decent decentralised decentralized decide decision decisive declare decline decrease dedicate deepen default
defeat defence defend defendant defender defense defensive defer deficit define definitely defy degree delay delegate
delete deliberate delicate delighted deliver delivery demand democracy demolish demonstrate deny department depend
dependency dependent deploy deposit deprecated depth deputy derive describe description deserve design designer
desirable desk desperate despite detail detect detection detective deter determine develop developer device devise
diagnose diagnosis diagnostic dictate die diet differ difference different difficult difficulty digest digital diminish
dinner diplomat diplomatic direct direction director directory disable disagree disappear disappoint disaster discard
discipline disclose disclosure discount discourage discover discovery discuss discussion disease dislike dismiss
displace display disproportionate dispute disrupt disruption distance distant distinct distinguish distort distract
distraction distribute distribution distributor district dive diverse diversify diversity divert divide dividend
division doctor document dollar domain domestic dominant dominate donate donation done donor door double doubt doubtful
download downplay downturn draft drag drain dramatic draw drawback drawn dream drew drift drive driven driver drone
drop drove drug dual due durable duration duty dynamic earn earnest earth ease eastern eat echo economic economical
economist economy ecosystem edge edit edition editor educate educational effect effective efficiency efficient effort
either elaborate elastic election electric electrical electricity electronic elegant element eligible eliminate
elsewhere email embarrassing embed embrace emerge emergency emission emotional emphasis emphasise emphasize empirical
employ employee employer empower enable encounter encourage encrypt encryption end endorse endpoint endure enemy energy
enforce engage engine engineer enhance enjoy enlarge enlist enormous enough ensure enter enterprise entertainment
enthusiasm entire entrant entrench entrepreneur entry environment environmental episode equal equality equip equity
equivalent era erase erode err error escalate escape especially essay essential establish estimate etc eternal ethical
ethics evade eval evaluate evening event eventually everybody everyday everyone everything everywhere evidence evident
evil evolution evolve exacerbate exact exam examine example exceed excel excellent except exception exceptional excess
excessive exchange excited excitement exciting exclude exclusive execute execution executive exempt exercise exert
exhaust exist exit exotic expand expansion expect expense expensive experience experiment experimental expert expertise
expire explain explicit exploit explore explosion export exporter expose exposure express expression extend extension
extensive extent external extinction extra extract extraordinary extreme eye face facilitate facility fact factor
factory faculty fade fail failure faith faithful fall fallen false falter familiar family famous fan farm farmer
fashion fasten fatal father fault favor favorable favorite favour favourable fear feature federal fee feed feedback
feel feet fell fellow felt fewer field fifth fight figure file fill film filter finance financial find finish fire
firmware first fiscal fish fix flag flagship flaw flee fleet flew flexible flight float flood floor flourish flow
fluctuate fluent fly focus fold follow follower food foot force forecast forecaster foreign forest forget forgot
forgotten form formal format former formidable formula formulate forth forum forward fought found founder foundry
fourth framework franchise fraud freedom freeze frequent friction friend front frontend froze frozen frugal fuel fulfil
fulfill fully function fund fundamental furthermore future gain gambling game gamer gap garden gas gather gave gear
gender general generate generative generous genuine geographic giant gigawatt girl give given glass glitch global go
goal goes going gold gone govern governor gpu grab grad grade gradual graduate grand grant graphic grapple grateful
greet grew grid gross ground group grow grower grown growth guarantee guard guess guest guidance guide guideline gun
guy habit hacker half hall halt halves hamper hand handful handle handset hang happen harden hardware harm harmful
harness harvest head headline headquarters heal health healthcare hear heard heart heat hedge height held hello help
helpful hence hereby hero hesitant hesitate hid hidden hide highlight himself hinder hint hire historic historical
history hit hold holder hole holiday home homeowner honest honor honour hope hopefully horizon horrible horse hospital
host hotel hour house household hub human humanitarian hundred hundreds hurdle hurt hybrid hype hyperscaler hypothesis
idea ideal identical identify identity ideological ignore ill illegal illustrate image imaginative imagine imbalance
imitate immediate immense imminent immune impact impair imperfect implement imply import importance important importer
impose impossible impress impressive improve inadequate incentive incident include inclusive income incomplete
inconsistent incorporate incorrect increase increasingly incredible incremental incumbent incur indeed independence
independent index indicate indicator indirect individual induce industrial industry inevitable inexpensive infer
inference inferior influence info inform informal infrastructure infringe ingestion ingredient inherent inherit inhibit
initial initiate initiative injury innocent innovate innovative input inquiry insecure inside insider insight insist
inspect inspection inspector inspire install instance instant instead institute institution institutional instruct
instruction instrument insufficient insurance insure insurer integral integrate integrity intellectual intelligence
intelligent intend intensify intensive intent intention interact interaction interactive interest interface interfere
interim intermediate internal international interpret interrupt intersection intervene intervention interview intimate
introduce introduction intuitive invade invasion invent invention inventory inverse invest investigate investigator
investor invisible invite involve inward irregular irrelevant island isolate issue item job join joint journal
journalism journalist journey judge judgment judicial jump junior jury justice justify keep kept key keyboard keynote
kick kid kill kitchen knew know knowledge known lab label labor laboratory labour lack lag laggard laid land landlord
landscape language laptop last latency latent later latest latter laugh launch law lawful lawmaker lawsuit lawyer lay
layer layoff layout leader leadership leak leap learn learner lease least leave lecture led left legacy legal
legislative legislator legitimate lend lender length lent less lessen lesson lest let lethal letter level leverage
liberal library licence license lie life lift likewise limit line linear link liquid liquidity list listen listener
literal literature load loan lobby lobbyist local locate location lock logging logic logical lone longer look loom loop
loosen lose loss lost lot love lower loyal luck lucrative machine machinery mad made magazine mail main mainstream
maintain maintenance major majority make maker male malicious man manage manager mandate mandatory manipulate manner
manual manufacture manufacturer map margin marginal marine market marketer marketplace mass massive master match
material math mathematics matter mature maximise maximize maximum maybe mayor meal mean meaningful meant meanwhile
measure mechanical mechanics mechanism media medical medicine medium meet meetup megawatt member membership memory men
mental mention merchant mere merge merger message met metadata metal method metric mice mid middle migrant migrate
milestone military million millions mimic mind mine miner mineral minimal minimise minimize minimum minister ministry
minor minority minute misleading miss mission mistake mistaken mitigate mix mobile mobilise mobilize mode model
moderate modern modest modify modular moment momentum monetary money monitor monopoly month mood moral moreover morning
mortgage mother motion motivate motor mouth move movie multi multilingual multimodal multiplier municipal music
musician mutual myself mysterious name narrative nation national native natural nature naval navigate navy nearby
necessary need negative negotiate negotiator neighbor neighbour neither nervous net network neural neutral never
nevertheless newcomer newspaper next night no noble nobody noise nominal non none nonetheless nonprofit nor norm normal
northern not notable nothing notice noticeable notify notorious notwithstanding novel nowadays nowhere nuclear number
numerous nurse obey object objection objective oblige observe observer obstacle obtain obvious occasion occasional
occupy occur offensive offer office officer official offline offset oil ok okay omit onboarding ongoing online operate
operational operator opinion opponent opportunity oppose opposite opt optical optimal optimise optimism optimistic
optimize option optional orchestrator order ordinary organic organise organize origin original originate orthodox
otherwise ought ourselves oust outage outcome outer outlet outline outlook outpace outperform output outrage outright
outside outsider outsource outweigh overall overcame overcome overhaul overhead overload overlook overnight overseas
oversee overseen oversight overtake overturn owe owner ownership pace pack package page paid pain painful paint pair
pandemic panel panic paper parallel parameter parent park parliament part partial participant participate particular
partner partnership party pass passenger passive password past patch patent path patience patient pattern pause pay
payroll peace peaceful peculiar peer penalty pension people perceive percentage perfect perform performance perhaps
period periodic permanent permission permit persist persistent person personal personalised personalized personnel
perspective persuade persuasive pervasive pessimistic petty phase phenomenon philosophy phone photo photographer phrase
physical physician physics pick picture piece pilot pipeline place plague plaintiff plan plane planet planner plant
plastic plate platform plausible play player plead pleasant please pledge plentiful plenty plot plug plunge plus pocket
poet point poison police policy policymaker polite political politician politics poll pollution pool popular popularity
port portfolio portion pose position positive possess possible post postpone potential pour poverty power powerful
practical practice practise practitioner praise pray preach precede precedent precious precise precision predecessor
predict predictable prediction prefer preference preliminary premature premium prepare prescribe presence present
preserve president press pressure presumably presume pretend pretty prevail prevent prevention preventive previous
price primary prime principal principle print prior prioritise prioritize priority prison privacy private privilege
prize probable probe problem procedure proceed process processor procurement produce producer product production
productive profession professional professor profile profit profitable profound program programme programmer progress
prohibit project projection proliferate prominent promise promote promotion promotional prompt proof prop proper
property proportion proportional proposal propose proprietary prosecute prosecutor prospect prospective protect
protection protest protester protocol prototype prove proven provide provider province provision provisional provoke
proxy prudent public publicity publish publisher pull pump punish punitive purchase purchaser purpose pursue pursuit
push put qualify qualitative quality quantitative quantity quarter query question queue quit quota quote race radical
radio rail railway rain raise rally ran random range rank rapid rate ratio rational reach react reaction read reader
realign realise realistic reality realize reap rearrange reason reasonable reassure rebound rebuild rebut recall
receipt receive recession recipe recipient reckless recognise recognize recommend reconcile reconsider record recover
recovery recruit recruiter recycle redefine redesign redirect reduce reduction redundant refer reference refine reflect
reform refrain refresh refugee refusal refuse refute regain regard regardless region regional register regression
regret regular regulate regulator regulatory reinforce reinsurer reject rejection relate relation relationship relative
relax release relent relevance relevant reliable relief relieve religion relocate reluctance reluctant rely remain
remark remarkable remember remind reminder remove render renew renewable renewal rent reopen repair repay repeat repel
repetitive replace replicate reply report reporter repository represent representative reproduce request require rescue
research researcher reseller resemble resent reserve reside resident residential resign resilience resilient resist
resistance resolution resolve resort resource respect respond respondent response responsible rest restart restate
restaurant restless restore restrain restraint restrict restriction restrictive result resume retail retailer retain
retaliate rethink retire retreat retrieve return reuse reveal revenue reversal reverse reversible revert review
reviewer revise revision revive revoke revolution reward rewrite rhetoric ride right rigorous ring rise risen risk
rival rivalry river road roam robot robotic robust rode role roll rollout romantic roof room root rotate round route
routine row royal royalty rule rumor rumour run rural rush sacrifice safeguard safety salary sale sample sanction sat
satellite satisfaction save saw scalable scale scan scandal scare scatter scenario sceptical schedule schema scheme
scholar scholarship school science scientific scientist scope score scramble scrap scrape screen script scrutinise
scrutinize scrutiny sea seamless search season seat second secondary secrecy secret secretary section sector security
see seed seek seem seen segment seize seldom select selection selective self sell seller semantic semiconductor senator
send senior sense sensible sensitive sensor sent sentence sentient sentiment separate sequence series serious serve
server service session set setback settle setup several sex shake shall shallow shape share shareholder shed sheer
shelve shield shift shine ship shock shone shook shoot shop shopper shortage shortcoming shorten shortfall shot show
shown shrank shrink shrunk shut shy side sign signal significance significant silence silent silicon similar similarity
simplify simulate simultaneous single sink sit site sixth size skeptic skeptical skepticism skilful skill skip slash
sleep slept slice slid slide slight slip slot slowdown smartphone smile smooth soar social society soften software soil
sold soldier sole solicit solid solution solve somebody somehow someone something sometimes somewhat somewhere son song
soon sooner sophisticated sorry sort source southern sovereign space spam spare spark spatial speak speaker special
specialise specialist specialize species specific specify spectacular spectrum speculate speculative speech speed spell
spend spender spent spike spin spirit split spoke spoken spokesman spokesperson spokeswoman sponsor spontaneous sport
spot spread spring spun spur square squeeze stabilise stabilize stack staff stage stake stakeholder stale stall stance
stand standard standpoint star start startling startup state static station statistic statistical status statutory stay
steal steel steer stem step stick stiff stimulate stock stockpile stole stolen stood stop storage store storm story
straight straightaway strain strange stranger strategic strategist strategy stream streamline street strength
strengthen stress stretch strike strip strive struck structural structure struggle stubborn stuck student studio study
stuff stupid style subject submit subscribe subscriber subscription subsequent subsidiary subsidise subsidize subsidy
substance substantial substitute succeed success successful successor sudden suffer suffice sufficient suggest
suggestion suit suitable suite sum summarise summarize summary summer summit summon sun sung sunk super superfast
superintelligence superior supervise supervision supervisor supplement supplier supply support supporter suppose
supposedly suppress surface surge surgeon surgery surpass surprise surrender surround surveillance survey survival
survive susceptible suspect suspend suspicion suspicious sustain sustainable swallow swap swear sweep swell swept swing
switch sworn symbol symbolic sympathy symptom syntax synthetic system systematic systemic tab table tablet tackle
tactic tactical tailor take taken takeover tale talent talk tangible tank tap target tariff task taste taught tax
taxpayer teach teacher team teammate tear tech technical technician technique technological technologist technology
teenager teeth telephone television tell temperature template temporary tempt tenant tend tendency tender tension
tentative term terminate terrible territory terrorism test tester testimony text textbook thank thee theme themselves
theory thereafter thereby therefore theses thieves thing think third thorough thought thousand thousands threat
threaten threshold threw thrice thrilled thrive throughout throughput throw thrown ticket tide tie tier tighten till
tilt time timeline timeout tip title today together toggle token told tolerance tolerate toll tomorrow tone tonight
took tool top topic torn total touch tour tourism tourist town toxic toy trace track traction trade trader traditional
traffic trail train trainer trait transaction transcribe transcript transfer transform transformer translate translator
transmission transmit transparency transparent transport trap travel treasurer treat treaty tree tremendous trend trial
trick tried trigger trip triple trivial troop trouble truck trust truth try tuition tune turn turnaround turnover tutor
tutorial twice type typical ubiquitous ultimate unanimous uncertain uncertainty unclear unconventional uncover undercut
undergo underline underlying undermine underneath underscore understand understandable understood undertake undertaken
underway underwent undone unexpected unfold uniform unify union unique unit unite universal universe university unknown
unless unlike unlock unprecedented unusual unveil upcoming update upgrade uphold upload upper upright upset upside
upstairs upstart uptake upwards urban urge urgent usage use used useful useless user using usual utilise utility
utilize vacate vaccine valid validate valuable value vanish variable variant variety vary vector vehicle vendor venture
verbal verdict verify versatile version versus veteran veto viable vibrant vicious victim victory video view viewer
village violate violence viral virtual virtue virus visible vision visit visitor visual vital vivid vocal voice volume
voluntary volunteer vote voter vow vs vulnerable wafer wage wait wake walk wall want war warehouse warn wary waste
wasteful watch watchdog watcher water wave way weaken weakness wealth weapon wear weather web website week weekend
weigh weight welcome welfare went west western whale whatever wheel whenever whereas whereby wherever whichever
whistleblower whoever whole whomever widen widespread wife willing win wind window winner winter wipe wisdom wish
withdraw withdrawn withdrew withheld withhold without withstand witness wives woke woman women won wonder wonderful
wooden word wore work worker workflow workforce workload workplace workshop workspace world worldwide worn worry worse
worsen worst worth wrap write writer written wrong wrote yard yeah year yen yes yesterday yield yourself youth zone
""")
)
"""Without the forms that follow from :data:`_ENDINGS`."""
