package account

import "strings"

// unitedStates is the one country in which the law depends on where in it
// somebody lives.
const unitedStates = "US"

// stateCode gives the code of a state, district or territory of the United
// States (ISO 3166-2, and the Postal Service's for the forces abroad) for what
// a person writes: its code or its name, in any case.
func stateCode(written string) (string, bool) {
	for entry := range strings.SplitSeq(states, ",") {
		code, name, _ := strings.Cut(entry, " ")
		if strings.EqualFold(written, code) || strings.EqualFold(written, name) {
			return code, true
		}
	}
	return "", false
}

const states = "AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware," +
	"FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,LA Louisiana," +
	"ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,NE Nebraska," +
	"NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,ND North Dakota,OH Ohio," +
	"OK Oklahoma,OR Oregon,PA Pennsylvania,RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas," +
	"UT Utah,VT Vermont,VA Virginia,WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming,DC District of Columbia," +
	"AS American Samoa,GU Guam,MP Northern Mariana Islands,PR Puerto Rico,VI U.S. Virgin Islands," +
	"AA Armed Forces Americas,AE Armed Forces Europe,AP Armed Forces Pacific"
