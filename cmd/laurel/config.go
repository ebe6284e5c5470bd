package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

// configFile is read from the working directory when it is there.
const configFile = "laurel.yaml"

const configBytesMax = 64 << 10

// configDefaults lists every setting that a configuration file, the environment and flags may give.
var configDefaults = map[string]any{
	"store":   "file:laurel-data",
	"output":  "table",
	"program": "",
	"quiet":   false,
}

// config holds the settings of one command line after all sources were merged.
type config struct {
	store   string
	output  string
	program string
	quiet   bool
}

// settings makes a plain map a source for koanf.
type settings map[string]any

func (s settings) Read() (map[string]any, error) { return s, nil }
func (s settings) ReadBytes() ([]byte, error)    { return nil, errors.New("settings are no bytes") }

// loadConfig merges the sources, each over the one before: defaults, the configuration file, LAUREL_* of the
// environment, flags that were given.
func loadConfig(env map[string]string, flags *pflag.FlagSet) (config, error) {
	file, err := fileSettings(configFile)
	if err != nil {
		return config{}, err
	}
	fromEnv := settings{}
	for key := range configDefaults {
		if v, ok := env["LAUREL_"+strings.ToUpper(key)]; ok && v != "" {
			fromEnv[key] = v
		}
	}
	fromFlags := settings{}
	flags.Visit(func(f *pflag.Flag) {
		if _, ok := configDefaults[f.Name]; ok {
			fromFlags[f.Name] = f.Value.String()
		}
	})
	k := koanf.New(".")
	for _, source := range []settings{configDefaults, file, fromEnv, fromFlags} {
		if err := k.Load(source, nil); err != nil {
			return config{}, fmt.Errorf("load configuration: %w", err)
		}
	}
	quiet, err := strconv.ParseBool(k.String("quiet"))
	if err != nil {
		return config{}, usage(fmt.Sprintf("setting quiet cannot be %q", k.String("quiet")), "use true or false")
	}
	return config{
		store: k.String("store"), output: k.String("output"), program: k.String("program"), quiet: quiet,
	}, nil
}

// fileSettings reads the configuration file; one that is not there sets nothing.
func fileSettings(path string) (settings, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.IsDir() {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	if info.Size() > configBytesMax {
		return nil, badInput("read configuration", path, "it is larger than 64 KiB", "is this a configuration file?")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	var s settings
	if err := yaml.Unmarshal(data, &s); err != nil {
		return nil, badInput("read configuration", path, oneLine(yaml.FormatError(err, false, false)),
			"it is a YAML mapping of "+strings.Join(configKeys(), ", "))
	}
	for key, value := range s {
		if _, ok := configDefaults[key]; !ok {
			return nil, badInput("read configuration", path, fmt.Sprintf("unknown setting %q", key),
				"use "+strings.Join(configKeys(), ", "))
		}
		switch value.(type) {
		case string, bool:
		default:
			return nil, badInput("read configuration", path, fmt.Sprintf("setting %q is no text", key), "put it in quotes")
		}
	}
	return s, nil
}

func configKeys() []string {
	keys := make([]string, 0, len(configDefaults))
	for key := range configDefaults {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
