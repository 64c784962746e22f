package dev.posthorn.ir.op.text;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The script of every code point, by its number: {@code x[…] → y[…]}, both int32; -1 for what is no code point. Source: TF
 * UnicodeScript, whose numbers are those of ICU's UScriptCode.
 */
public record UnicodeScripts() implements Op.Single {
    private static final int UNKNOWN = 103;

    private static final Map<Character.UnicodeScript, Integer> NUMBERS = numbers("""
            COMMON 0 INHERITED 1 ARABIC 2 ARMENIAN 3 BENGALI 4 BOPOMOFO 5 CHEROKEE 6 COPTIC 7 CYRILLIC 8 DESERET 9
            DEVANAGARI 10 ETHIOPIC 11 GEORGIAN 12 GOTHIC 13 GREEK 14 GUJARATI 15 GURMUKHI 16 HAN 17 HANGUL 18 HEBREW
            19 HIRAGANA 20 KANNADA 21 KATAKANA 22 KHMER 23 LAO 24 LATIN 25 MALAYALAM 26 MONGOLIAN 27 MYANMAR 28
            OGHAM 29 OLD_ITALIC 30 ORIYA 31 RUNIC 32 SINHALA 33 SYRIAC 34 TAMIL 35 TELUGU 36 THAANA 37 THAI 38
            TIBETAN 39 CANADIAN_ABORIGINAL 40 YI 41 TAGALOG 42 HANUNOO 43 BUHID 44 TAGBANWA 45 BRAILLE 46 CYPRIOT 47
            LIMBU 48 LINEAR_B 49 OSMANYA 50 SHAVIAN 51 TAI_LE 52 UGARITIC 53 BUGINESE 55 GLAGOLITIC 56 KHAROSHTHI 57
            SYLOTI_NAGRI 58 NEW_TAI_LUE 59 TIFINAGH 60 OLD_PERSIAN 61 BALINESE 62 BATAK 63 BRAHMI 65 CHAM 66
            EGYPTIAN_HIEROGLYPHS 71 PAHAWH_HMONG 75 OLD_HUNGARIAN 76 JAVANESE 78 KAYAH_LI 79 LEPCHA 82 LINEAR_A 83
            MANDAIC 84 MEROITIC_HIEROGLYPHS 86 NKO 87 OLD_TURKIC 88 OLD_PERMIC 89 PHAGS_PA 90 PHOENICIAN 91 MIAO 92
            VAI 99 CUNEIFORM 101 UNKNOWN 103 CARIAN 104 TAI_THAM 106 LYCIAN 107 LYDIAN 108 OL_CHIKI 109 REJANG 110
            SAURASHTRA 111 SIGNWRITING 112 SUNDANESE 113 MEETEI_MAYEK 115 IMPERIAL_ARAMAIC 116 AVESTAN 117 CHAKMA
            118 KAITHI 120 MANICHAEAN 121 INSCRIPTIONAL_PAHLAVI 122 PSALTER_PAHLAVI 123 INSCRIPTIONAL_PARTHIAN 125
            SAMARITAN 126 TAI_VIET 127 BAMUM 130 LISU 131 OLD_SOUTH_ARABIAN 133 BASSA_VAH 134 DUPLOYAN 135 ELBASAN
            136 GRANTHA 137 MENDE_KIKAKUI 140 MEROITIC_CURSIVE 141 OLD_NORTH_ARABIAN 142 NABATAEAN 143 PALMYRENE 144
            KHUDAWADI 145 WARANG_CITI 146 MRO 149 NUSHU 150 SHARADA 151 SORA_SOMPENG 152 TAKRI 153 TANGUT 154
            ANATOLIAN_HIEROGLYPHS 156 KHOJKI 157 TIRHUTA 158 CAUCASIAN_ALBANIAN 159 MAHAJANI 160 AHOM 161 HATRAN 162
            MODI 163 MULTANI 164 PAU_CIN_HAU 165 SIDDHAM 166 ADLAM 167 BHAIKSUKI 168 MARCHEN 169 NEWA 170 OSAGE 171
            MASARAM_GONDI 175 SOYOMBO 176 ZANABAZAR_SQUARE 177 DOGRA 178 GUNJALA_GONDI 179 MAKASAR 180 MEDEFAIDRIN
            181 HANIFI_ROHINGYA 182 SOGDIAN 183 OLD_SOGDIAN 184 ELYMAIC 185 NYIAKENG_PUACHUE_HMONG 186 NANDINAGARI
            187 WANCHO 188 CHORASMIAN 189 DIVES_AKURU 190 KHITAN_SMALL_SCRIPT 191 YEZIDI 192
            """);

    private static Map<Character.UnicodeScript, Integer> numbers(String table) {
        Map<Character.UnicodeScript, Integer> all = new EnumMap<>(Character.UnicodeScript.class);
        String[] words = table.strip().split("\\s+");
        for (int i = 0; i < words.length; i += 2) {
            all.put(Character.UnicodeScript.valueOf(words[i]), Integer.parseInt(words[i + 1]));
        }
        return all;
    }

    @Override
    public TensorType type(Operands in) {
        if (in.count(1).dtype(0) != DType.INT32) {
            throw new ShapeException("expected int32 code points but was " + in.type(0));
        }
        return in.type(0);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        int[] x = in.get(0).ints();
        for (int i = 0; i < x.length; i++) {
            y.ints()[i] = !Character.isValidCodePoint(x[i])
                    ? -1
                    : NUMBERS.getOrDefault(Character.UnicodeScript.of(x[i]), UNKNOWN);
        }
        return y;
    }
}
